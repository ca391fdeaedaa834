/** The landing page: a first upload, the newest documents, and a place to try queries. It speaks GraphQL and nothing else. */

const firstQuery = `{
  documents(first: 5) {
    totalCount
    edges { node {
      id filename status label { name } labelSource needsReview
      prediction { label { name } confidence }
    } }
  }
  labels { name documentCount }
  servingModel { number architecture parameterCount }
}`;

const byId = (id) => document.getElementById(id);

/** Creates an element with properties and children. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(query, variables = {}) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

async function upload(files, label) {
  const query = `mutation ($files: [Upload!]!, $label: String) {
    uploadDocuments(files: $files, label: $label) { filename duplicate document { id } error { message } }
  }`;
  const form = new FormData();
  form.set(
    'operations',
    JSON.stringify({ query, variables: { files: files.map(() => null), label: label || null } }),
  );
  form.set(
    'map',
    JSON.stringify(Object.fromEntries(files.map((_, index) => [index, [`variables.files.${index}`]]))),
  );
  for (const [index, file] of files.entries()) form.set(String(index), file, file.name);
  const response = await fetch('/graphql', { method: 'POST', body: form });
  return await response.json();
}

function describe(node) {
  if (node.status === 'FAILED') return node.failure.message;
  if (node.status !== 'READY') return `${node.status.toLowerCase()} …`;
  if (node.label) return node.labelSource === 'MODEL' ? 'by the model' : 'by a person';
  if (node.prediction) return `perhaps ${node.prediction.label.name}, needs review`;
  return 'needs review';
}

async function showDocuments() {
  const { data, errors } = await ask(`{ documents(first: 12) { edges { node {
    id filename status failure { message } label { name } labelSource downloadUrl
    prediction { label { name } confidence } pages { thumbnailUrl }
  } } } }`);
  if (errors) throw new Error(errors[0].message);
  const figures = data.documents.edges.map(({ node }) =>
    element(
      'figure',
      {},
      node.pages[0]
        ? element('img', {
            src: new URL(node.pages[0].thumbnailUrl).pathname,
            alt: `First page of ${node.filename}`,
            loading: 'lazy',
          })
        : '',
      element(
        'figcaption',
        {},
        element('strong', { textContent: node.label?.name ?? '' }),
        element('span', { textContent: node.filename }),
        element('br'),
        element('span', { className: 'quiet', textContent: describe(node) }),
      ),
    ),
  );
  byId('documents').replaceChildren(
    ...(figures.length > 0 ? figures : [element('p', { className: 'quiet', textContent: 'None yet.' })]),
  );
}

/** Hears of changes over the graphql-ws protocol, and shows the documents anew, at most twice a second. */
function watchDocuments() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  let isRefreshDue = false;
  const refreshSoon = () => {
    if (isRefreshDue) return;
    isRefreshDue = true;
    setTimeout(async () => {
      isRefreshDue = false;
      await refresh();
    }, 500);
  };
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  socket.addEventListener('message', ({ data }) => {
    const { type } = JSON.parse(data);
    if (type === 'connection_ack') {
      const payload = { query: 'subscription { documentUpdated { id } }' };
      socket.send(JSON.stringify({ id: 'documents', type: 'subscribe', payload }));
    }
    if (type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
    if (type === 'next') refreshSoon();
  });
  // The server was stopped or is being started: try again, and catch up on what was missed.
  socket.addEventListener('close', () => {
    setTimeout(async () => {
      watchDocuments();
      await refresh();
    }, 2000);
  });
}

/** Says what becomes of an upload: what the serving model calls it, or that it waits for a person. */
async function showModel() {
  const { data } = await ask('{ servingModel { number labels { name retiredAt } } }');
  const names = (data.servingModel?.labels ?? [])
    .filter(({ retiredAt }) => !retiredAt)
    .map(({ name }) => name);
  byId('model').textContent =
    names.length > 0
      ? `What you upload is read, and classified by model ${data.servingModel.number}: ${names.join(', ')}.`
      : 'What you upload is read and waits for a label: no model serves yet.';
}

async function refresh() {
  try {
    await showDocuments();
    await showModel();
    byId('state').textContent = 'Ready.';
  } catch (error) {
    byId('state').textContent = `Not reachable: ${error.message}`;
  }
}

byId('query').value = firstQuery;
byId('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  byId('answer').textContent = JSON.stringify(await ask(byId('query').value), null, 2);
});
byId('upload').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const { data, errors } = await upload([...form.elements.files.files], form.elements.label.value);
  const lines = errors
    ? errors.map(({ message }) => message)
    : data.uploadDocuments.map(({ filename, duplicate, error }) =>
        error ? `${filename}: ${error.message}` : `${filename}: ${duplicate ? 'was here already' : 'kept'}`,
      );
  byId('results').replaceChildren(...lines.map((textContent) => element('li', { textContent })));
  if (!errors) form.reset();
  await refresh();
});

await refresh();
watchDocuments();

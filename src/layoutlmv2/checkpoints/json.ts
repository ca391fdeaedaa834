/** Small helpers for JSON that came from outside. */

/** Whether a parsed JSON value is an object, neither a list nor null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON; the error says which file it was, given by `what`. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${what} is no valid JSON.`, { cause: error });
  }
}

/**
 * The first key that an object of this valid JSON text has twice, at any depth; `JSON.parse` would silently keep the last.
 */
export function findDuplicateKey(json: string): string | undefined {
  // A string, or one of the characters that open and close objects and lists or follow a key.
  const pattern = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;
  // One set per open object; a list has none.
  const open: (Set<string> | null)[] = [];
  let lastString = '';
  for (const [token] of json.matchAll(pattern)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') lastString = token;
    else {
      const key = String(JSON.parse(lastString));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

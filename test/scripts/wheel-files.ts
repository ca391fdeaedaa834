/** Makes Python wheels for tests: ZIP archives with the list of their files' hashes that every wheel has. */
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

/** The bytes of a wheel of `project` with the given files; `damaged` files have other bytes than the list says. */
export function wheelOf(
  project: string,
  version: string,
  files: Record<string, string | Buffer>,
  options: { metadata?: string; damaged?: readonly string[] } = {},
): Buffer {
  const info = `${project}-${version}.dist-info`;
  const all: Record<string, string | Buffer> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n${options.metadata ?? ''}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const records = Object.entries(all).map(([name, content]) => {
    const stated = options.damaged?.includes(name) ? 'something else' : content;
    const hash = createHash('sha256').update(stated).digest('base64url');
    return `${name},sha256=${hash},${content.length}\r\n`;
  });
  // The list comes first and ends its lines as TensorFlow's wheels do.
  return zipOf({ [`${info}/RECORD`]: `${info}/RECORD,,\r\n${records.join('')}`, ...all });
}

/** A ZIP archive whose entries are deflated. */
function zipOf(files: Record<string, string | Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, nameBytes, packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, end, nameBytes]));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const tail = Buffer.alloc(22);
  tail.write('PK\x05\x06', 'latin1');
  tail.writeUInt16LE(parts.length, 8);
  tail.writeUInt16LE(parts.length, 10);
  tail.writeUInt32LE(listing.length, 12);
  tail.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, tail]);
}

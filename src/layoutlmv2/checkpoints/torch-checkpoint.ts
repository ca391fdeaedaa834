/** PyTorch's checkpoint files: tells the two formats apart and opens either, without executing anything in them. */
import { openPositionedFile, type PositionedFile } from './positioned-file.js';
import type { TensorSource } from './tensor-source.js';
import { openTorchLegacy } from './torch-legacy.js';
import { openTorchZip } from './torch-zip.js';

const ZIP_START = [0x50, 0x4b, 0x03, 0x04];
const PICKLE_START = 0x80;

/** Opens a file that `torch.save` made of a state dict. Throws for anything else, naming the file and the fault. */
export async function openTorchCheckpoint(path: string): Promise<TensorSource> {
  const file = await openPositionedFile(path);
  try {
    return { ...(await openEither(file)), close: file.close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openEither(file: PositionedFile): Promise<Omit<TensorSource, 'close'>> {
  const start = await file.read(0, Math.min(ZIP_START.length, file.size));
  if (ZIP_START.every((byte, index) => start[index] === byte)) return openTorchZip(file);
  if (start[0] === PICKLE_START) return openTorchLegacy(file);
  throw new Error(
    `${file.path} is no PyTorch checkpoint of a supported format (ZIP archive or pickle stream).`,
  );
}

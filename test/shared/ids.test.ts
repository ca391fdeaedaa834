import { afterEach, describe, expect, it, vi } from 'vitest';
import { createId, deriveId, isId } from '../../src/shared/ids.js';

describe('an id', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is a UUID of version 7 that begins with the milliseconds since 1970', () => {
    // A day that no test has reached before: ids never go back.
    vi.useFakeTimers({ now: Date.UTC(2100, 0, 1) });
    const id = createId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2100, 0, 1));
  });

  it('is greater than every id that was made before it', () => {
    const ids = Array.from({ length: 20_000 }, createId);
    const firstOutOfOrder = ids.findIndex((id, index) => index > 0 && id <= (ids[index - 1] ?? ''));
    expect(firstOutOfOrder).toBe(-1);
  });

  it('is greater than earlier ones also when the clock goes back', () => {
    const before = createId();
    vi.useFakeTimers({ now: Date.now() - 3_600_000 });
    expect(createId() > before).toBe(true);
  });

  it('follows from another, for a purpose: always the same one, and no other', () => {
    const [one, other] = [createId(), createId()];
    expect(deriveId(one, 'text')).toBe(deriveId(one, 'text'));
    expect(deriveId(one, 'text')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(new Set([one, deriveId(one, 'text'), deriveId(one, 'image'), deriveId(other, 'text')]).size).toBe(
      4,
    );
  });

  it('is known by its form', () => {
    expect(isId(createId())).toBe(true);
    expect(isId(createId().toUpperCase())).toBe(true);
    for (const text of ['', 'invoice', `${createId()} `, createId().replaceAll('-', ''), `{${createId()}}`]) {
      expect(isId(text)).toBe(false);
    }
  });
});

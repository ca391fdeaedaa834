/** A log that says nothing. */
import { createLog } from '../../src/platform/log.js';

export const silentLog = createLog({ level: 'silent', role: 'test' });

/** The log: one JSON line an event on standard output. */
import { type Logger, pino } from 'pino';

export type Log = Logger;

export function createLog(options: { level: string; role: string }): Log {
  return pino({
    level: options.level,
    base: { role: options.role },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

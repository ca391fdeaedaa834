/** How the temperature of a classifier stands in its `config.json`; Hugging Face's library carries along what it does not know. */
import { isJsonObject } from '../checkpoints/json.js';

const temperatureKey = 'confidence_temperature';

/** The temperature as a part of `config.json`; nothing where none was fitted. */
export function describeTemperature(temperature: number | null | undefined): Record<string, number> {
  return typeof temperature === 'number' ? { [temperatureKey]: temperature } : {};
}

/** The temperature of a configuration; null where it names none. @throws Error for one that divides nothing. */
export function temperatureOf(configJson: unknown): number | null {
  const value = isJsonObject(configJson) ? configJson[temperatureKey] : undefined;
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY)
    throw new Error(
      `config.json: "${temperatureKey}" must be a positive number, found ${JSON.stringify(value)}.`,
    );
  return value;
}

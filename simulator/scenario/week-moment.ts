/** Moments of a week as people write them: `Mon 09:30`, in UTC. */

export const WEEK_SECONDS = 7 * 86_400;
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const MOMENT = /^\s*([a-z]{3})[a-z]*\s+([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s*$/i;

/** Seconds since Monday 00:00; null for a text that is no moment of a week. */
export function parseWeekMoment(text: string): number | null {
  const parts = text.length > 32 ? null : MOMENT.exec(text);
  if (parts === null) return null;
  const [, name = '', hours, minutes, seconds = '0'] = parts;
  const day = WEEKDAYS.findIndex((weekday) => weekday.toLowerCase() === name.toLowerCase());
  return day < 0 ? null : day * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Writes whole seconds since Monday 00:00; `parseWeekMoment` reads back the same number. */
export function formatWeekMoment(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = seconds % 86_400;
  const [hour, minute, second] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60];
  const time = `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
  return `${WEEKDAYS[Math.floor(seconds / 86_400)]} ${time}`;
}

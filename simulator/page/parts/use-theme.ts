/** The theme as a hook: a component that uses it is drawn anew when the reader's system turns dark or light. */

import { useEffect, useState } from 'preact/hooks';
import { currentTheme, onThemeChange, type Theme } from './theme.ts';

export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => onThemeChange(setTheme), []);
  return theme;
}

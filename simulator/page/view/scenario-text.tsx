/** The editor as a part of a page. */

import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../scenario/problem.ts';
import { useTheme } from '../parts/use-theme.ts';
import { ScenarioEditor } from './editor-view.ts';

export interface ScenarioTextProps {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly onChange: (text: string) => void;
  /** Called with what jumps to a problem, once the editor stands. */
  readonly onReady: (jumpTo: (problem: Problem) => void) => void;
}

export function ScenarioTextEditor({ text, problems, onChange, onReady }: ScenarioTextProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ScenarioEditor | null>(null);
  const { isDark } = useTheme();
  // The editor is made once and calls whatever the page's newest function is.
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    const made = new ScenarioEditor(host.current!, text, isDark, (changed) => change.current(changed));
    editor.current = made;
    onReady((problem) => made.jumpTo(problem));
    return () => made.destroy();
  }, []);
  useEffect(() => editor.current?.setText(text), [text]);
  useEffect(() => editor.current?.setDark(isDark), [isDark]);
  useEffect(() => editor.current?.setProblems(problems), [problems]);
  return <div class="editor" ref={host} />;
}

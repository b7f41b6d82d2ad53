/**
 * The editor as a part of a page.
 *
 * What is in it belongs to it: the page hears of changes, and puts another text in only where its reader asks for one.
 * A text handed down at each drawing would be one key behind whoever types fast, and take their letters back.
 */

import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../scenario/problem.ts';
import { useTheme } from '../parts/use-theme.ts';
import { ScenarioEditor } from './editor-view.ts';

/** What the page may do to the editor. */
export type EditorControls = Pick<ScenarioEditor, 'jumpTo' | 'setText'>;

export interface ScenarioTextProps {
  /** What it begins with. */
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly onChange: (text: string) => void;
  /** Called once the editor stands. */
  readonly onReady: (controls: EditorControls) => void;
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
    onReady(made);
    return () => made.destroy();
  }, []);
  useEffect(() => editor.current?.setDark(isDark), [isDark]);
  useEffect(() => editor.current?.setProblems(problems), [problems]);
  return <div class="editor" ref={host} />;
}

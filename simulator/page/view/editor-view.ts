/**
 * The editor of a scenario: CodeMirror with YAML, and the server's problems at their lines.
 *
 * It writes its styles into the page, which the page's policy allows by a nonce only. Tab leaves the editor, so that
 * who has no mouse is not caught in it.
 */

import { yaml } from '@codemirror/lang-yaml';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import type { Problem } from '../../scenario/problem.ts';
import { styleNonce } from './api.ts';

const LOOK = EditorView.theme({
  '&': { height: '100%', fontSize: '0.86rem', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '.cm-scroller': {
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
    lineHeight: '1.5',
  },
  '.cm-gutters': {
    backgroundColor: 'var(--block)',
    color: 'var(--faint)',
    borderRight: '1px solid var(--rule)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--tint)' },
  '.cm-tooltip': { backgroundColor: 'var(--paper)', color: 'var(--ink)', border: '1px solid var(--rule)' },
  '.cm-panels': { backgroundColor: 'var(--block)', color: 'var(--ink)' },
});

export class ScenarioEditor {
  private readonly view: EditorView;
  private readonly darkness = new Compartment();

  constructor(host: HTMLElement, text: string, isDark: boolean, onChange: (text: string) => void) {
    const extensions: Extension[] = [
      basicSetup,
      yaml(),
      lintGutter(),
      LOOK,
      EditorView.cspNonce.of(styleNonce()),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'the scenario as YAML', spellcheck: 'false' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
      this.darkness.of(darkTheme(isDark)),
    ];
    this.view = new EditorView({ parent: host, state: EditorState.create({ doc: text, extensions }) });
  }

  setDark(isDark: boolean): void {
    this.view.dispatch({ effects: this.darkness.reconfigure(darkTheme(isDark)) });
  }

  /** Puts another text in the place of all. */
  setText(text: string): void {
    const { doc } = this.view.state;
    if (doc.toString() === text) return;
    this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  /** Shows problems at their lines; those without a place, or of another file, are not for the editor. */
  setProblems(problems: readonly Problem[]): void {
    const diagnostics = problems.flatMap((problem): Diagnostic[] => {
      const from = this.offsetOf(problem);
      if (from === null) return [];
      const { message, path, hint } = problem;
      const line = this.view.state.doc.lineAt(from);
      const word = /^[^\s,\]}]+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
      const text = `${path === '' ? '' : `${path}: `}${message}${hint === null ? '' : `\n${hint}`}`;
      return [{ from, to: Math.min(line.to, from + Math.max(1, word)), severity: 'error', message: text }];
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  /** Puts the cursor to the problem, in sight and with the focus. */
  jumpTo(problem: Problem): void {
    const at = this.offsetOf(problem);
    if (at === null) return;
    this.view.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: 'center' }),
    });
    this.view.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  private offsetOf({ line, column }: Problem): number | null {
    const { doc } = this.view.state;
    if (line === null || line < 1 || line > doc.lines) return null;
    const found = doc.line(line);
    return Math.min(found.to, found.from + Math.max(0, (column ?? 1) - 1));
  }
}

function darkTheme(isDark: boolean): Extension {
  return EditorView.theme({}, { dark: isDark });
}

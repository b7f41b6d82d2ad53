/** A new run: a scenario to start from, what to change of it, and the check of both while they are written. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { ListedScenario, ScenarioKey, ScenarioText } from '../../view/api-shapes.ts';
import { ApiError, api } from './api.ts';
import { FormFields, OtherKeys } from './form-fields.tsx';
import { Heading } from './layout.tsx';
import { goTo } from './route.ts';
import { EMPTY_FORM, type RunForm, requestOf, startRequestOf } from './run-form.ts';
import { SaveBar } from './save-bar.tsx';
import { type EditorControls, ScenarioTextEditor } from './scenario-text.tsx';
import { Told } from './told.tsx';
import { useCheck } from './use-check.ts';
import { useLoaded } from './use-loaded.ts';
import { Verdict } from './verdict.tsx';

const FIRST_FILE = 'quick.yaml';

export function NewRunPage({ file }: { readonly file: string | null }) {
  const scenarios = useLoaded('scenarios', api.scenarios);
  const keys = useLoaded('keys', api.keys);
  return (
    <>
      <Heading>New run</Heading>
      <Told loaded={scenarios}>
        {(listed) => (
          <Chosen listed={listed} keys={keys.value ?? []} asked={file} onSaved={scenarios.renew} />
        )}
      </Told>
    </>
  );
}

function Chosen({
  listed,
  keys,
  asked,
  onSaved,
}: {
  readonly listed: readonly ListedScenario[];
  readonly keys: readonly ScenarioKey[];
  readonly asked: string | null;
  readonly onSaved: () => void;
}) {
  const isThere = (name: string) => listed.some(({ file }) => file === name);
  const file = asked ?? (isThere(FIRST_FILE) ? FIRST_FILE : (listed[0]?.file ?? FIRST_FILE));
  const loaded = useLoaded(`scenario ${file}`, () => api.scenario(file));
  const question = listed.find((one) => one.file === file)?.question ?? '';
  return (
    <>
      <div class="field wide">
        <label for="scenario">scenario to start from</label>
        <select
          id="scenario"
          value={file}
          onChange={({ currentTarget }) => goTo({ page: 'new', file: currentTarget.value })}
        >
          {!isThere(file) && <option value={file}>{file} (not there)</option>}
          {listed.map((one) => (
            <option key={one.file} value={one.file}>
              {one.file}
              {one.isSweep ? ' (sweep)' : ''}
            </option>
          ))}
        </select>
        <p class="hint">{question}</p>
      </div>
      <Told loaded={loaded}>
        {(saved) => <Draft key={saved.file} saved={saved} keys={keys} onSaved={onSaved} />}
      </Told>
    </>
  );
}

function Draft({
  saved: asLoaded,
  keys,
  onSaved,
}: {
  readonly saved: ScenarioText;
  readonly keys: readonly ScenarioKey[];
  readonly onSaved: () => void;
}) {
  const [saved, setSaved] = useState(asLoaded);
  const [text, setText] = useState(asLoaded.text);
  const [form, setForm] = useState<RunForm>(EMPTY_FORM);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const editor = useRef<EditorControls | null>(null);
  const isEdited = text !== saved.text;
  const edited = isEdited ? text : null;
  const checking = useCheck(requestOf(form, saved.file, edited));
  const problems = checking.result?.problems ?? [];
  useKeptFromLeaving(isEdited);

  const start = async () => {
    setStarting(true);
    setRefusal(null);
    try {
      goTo({ page: 'live', id: (await api.start(startRequestOf(form, saved.file, edited))).id });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefusal(error.message);
      setStarting(false);
    }
  };
  const canStart = !isStarting && !checking.isOld && checking.result !== null && problems.length === 0;
  return (
    <form
      class="new-run"
      onSubmit={(event) => {
        event.preventDefault();
        if (canStart) void start();
      }}
    >
      <div class="columns">
        <div class="form-side">
          <FormFields form={form} keys={keys} onChange={setForm} />
          <OtherKeys form={form} keys={keys} onChange={setForm} />
        </div>
        <div class="text-side">
          <ScenarioTextEditor
            text={asLoaded.text}
            problems={problems}
            onChange={setText}
            onReady={(controls) => {
              editor.current = controls;
            }}
          />
          <SaveBar
            saved={saved}
            text={text}
            onRevert={() => editor.current?.setText(saved.text)}
            onSaved={(written) => {
              onSaved();
              if (written.file === saved.file) setSaved(written);
              else goTo({ page: 'new', file: written.file });
            }}
          />
        </div>
      </div>
      <Verdict checking={checking} file={saved.file} onJump={(problem) => editor.current?.jumpTo(problem)} />
      <div class="actions">
        <button type="submit" class="button" disabled={!canStart}>
          Start
        </button>
        <label class="tick">
          <input
            type="checkbox"
            checked={form.replace}
            onChange={({ currentTarget }) => setForm({ ...form, replace: currentTarget.checked })}
          />{' '}
          replace results of the same seed that are there
        </label>
        {isEdited && <span class="faint">the edited text is run; it need not be saved</span>}
      </div>
      {refusal !== null && (
        <p class="error" role="alert">
          {refusal}
        </p>
      )}
    </form>
  );
}

/** The browser asks before a text that is not saved is lost. */
function useKeptFromLeaving(isEdited: boolean): void {
  useEffect(() => {
    if (!isEdited) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isEdited]);
}

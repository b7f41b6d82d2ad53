/** Saves the text of the editor, under its own name or another, never over a version that it was not made from. */

import { useState } from 'preact/hooks';
import type { ScenarioText } from '../../view/api-shapes.ts';
import { ApiError, api } from './api.ts';

export function SaveBar({
  saved,
  text,
  onRevert,
  onSaved,
}: {
  readonly saved: ScenarioText;
  readonly text: string;
  readonly onRevert: () => void;
  readonly onSaved: (written: ScenarioText) => void;
}) {
  const [name, setName] = useState(saved.file);
  const [told, setTold] = useState<{ readonly isError: boolean; readonly words: string } | null>(null);
  const isEdited = text !== saved.text;
  const isOther = name !== saved.file;
  const save = async () => {
    try {
      const written = await api.save(name, text, isOther ? null : saved.etag);
      setTold({ isError: false, words: `saved as scenarios/${written.file}` });
      onSaved(written);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const more = error.status === 412 ? '; save under another name, or load the page again' : '';
      setTold({ isError: true, words: `${error.message}${more}` });
    }
  };
  return (
    <div class="save">
      <label>
        scenarios/
        <input
          type="text"
          value={name}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <button type="button" disabled={!isEdited && !isOther} onClick={() => void save()}>
        {isOther ? 'Save as a new file' : 'Save'}
      </button>
      <button type="button" disabled={!isEdited} onClick={onRevert}>
        Undo all
      </button>
      <span role="status" class={told?.isError === true ? 'error' : 'faint'}>
        {told?.words ?? (isEdited ? 'not saved' : '')}
      </span>
    </div>
  );
}

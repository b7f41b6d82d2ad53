/** The fields of the form, made from what the schema says of each key. */

import { useId } from 'preact/hooks';
import { groupThousands } from '../../report/human-units.ts';
import type { ScenarioKey } from '../../view/api-shapes.ts';
import { IMPORTANT_KEYS, type KeyValue, type RunForm } from './run-form.ts';

const AS_IT_IS = 'as in the scenario';

function Field({
  label,
  hint,
  value,
  placeholder = AS_IT_IS,
  words = [],
  isNumber = false,
  onInput,
}: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly words?: readonly string[];
  readonly isNumber?: boolean;
  readonly onInput: (value: string) => void;
}) {
  const id = useId();
  const described = { id, 'aria-describedby': `${id}-hint` };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {words.length > 0 ? (
        <select {...described} value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
          <option value="">{placeholder}</option>
          {words.map((word) => (
            <option key={word} value={word}>
              {word}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...described}
          type="text"
          inputMode={isNumber ? 'numeric' : 'text'}
          autocomplete="off"
          value={value}
          placeholder={placeholder}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
      <p id={`${id}-hint`} class="hint">
        {hint}
      </p>
    </div>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a key is, its range and an example, from the schema. */
function hintOf({ description, example, standard, least, most }: ScenarioKey): string {
  const range =
    least === null
      ? ''
      : most === null
        ? `at least ${groupThousands(least)}`
        : `${groupThousands(least)} to ${groupThousands(most)}`;
  const facts = [
    ...(range === '' ? [] : [range]),
    ...(example === null ? [] : [`such as ${example}`]),
    ...(standard === null ? [] : [`by default ${standard}`]),
  ];
  const said = description.replaceAll('`', '').replace(/[.:]?$/, '.');
  return [said, ...(facts.length === 0 ? [] : [`${capital(facts.join(', '))}.`])].join(' ');
}

export interface FormFieldsProps {
  readonly form: RunForm;
  readonly keys: readonly ScenarioKey[];
  readonly onChange: (form: RunForm) => void;
}

export function FormFields({ form, keys, onChange }: FormFieldsProps) {
  const known = new Map(keys.map((key) => [key.path, key]));
  const change = (part: Partial<RunForm>) => onChange({ ...form, ...part });
  return (
    <div class="fields">
      <Field
        label="seed"
        hint="Another seed is another network with other operators. A whole number."
        value={form.seed}
        isNumber
        onInput={(seed) => change({ seed })}
      />
      <Field
        label="runs"
        hint="With several seeds, counting up: medians, and from six runs on 95 % intervals."
        value={form.runs}
        placeholder="1"
        isNumber
        onInput={(runs) => change({ runs: runs.replace(/\D/g, '') })}
      />
      <Field
        label="scale"
        hint="A share such as 5%, to see that it runs: fewer relays for a shorter time. Such figures are no answer."
        value={form.scale}
        placeholder="100%"
        onInput={(scale) => change({ scale })}
      />
      {IMPORTANT_KEYS.flatMap((path) => known.get(path) ?? []).map((key) => (
        <Field
          key={key.path}
          label={key.path}
          hint={hintOf(key)}
          value={form.important[key.path] ?? ''}
          words={key.words}
          isNumber={key.isNumber}
          onInput={(value) => change({ important: { ...form.important, [key.path]: value } })}
        />
      ))}
    </div>
  );
}

/** Any other key, as `--set` takes it. */
export function OtherKeys({ form, keys, onChange }: FormFieldsProps) {
  const id = useId();
  const { others } = form;
  const put = (next: readonly KeyValue[]) => onChange({ ...form, others: next });
  const replace = (index: number, part: Partial<KeyValue>) =>
    put(others.map((pair, at) => (at === index ? { ...pair, ...part } : pair)));
  const known = new Map(keys.map((key) => [key.path, key]));
  return (
    <fieldset class="others">
      <legend>Other keys</legend>
      <datalist id={id}>
        {keys.map(({ path, description }) => (
          <option key={path} value={path}>
            {description}
          </option>
        ))}
      </datalist>
      {others.map(({ path, value }, index) => {
        const key = known.get(path);
        return (
          <div class="pair" key={index}>
            <input
              type="text"
              list={id}
              aria-label={`key ${index + 1}`}
              placeholder="gossipsub.D"
              value={path}
              onInput={({ currentTarget }) => replace(index, { path: currentTarget.value })}
            />
            <span aria-hidden="true">=</span>
            <input
              type="text"
              aria-label={`value of key ${index + 1}`}
              placeholder={key?.example ?? key?.standard ?? 'value'}
              value={value}
              onInput={({ currentTarget }) => replace(index, { value: currentTarget.value })}
            />
            <button
              type="button"
              aria-label={`remove key ${index + 1}`}
              onClick={() => put(others.filter((_pair, at) => at !== index))}
            >
              ×
            </button>
            {key !== undefined && <p class="hint">{hintOf(key)}</p>}
          </div>
        );
      })}
      <button type="button" onClick={() => put([...others, { path: '', value: '' }])}>
        Set another key
      </button>
    </fieldset>
  );
}

/** Small buttons in a row: one of several, or any of several. */

export interface ChoiceOption<Value> {
  readonly value: Value;
  readonly word: string;
}

export interface ChoiceProps<Value> {
  readonly label: string;
  readonly options: readonly ChoiceOption<Value>[];
  readonly isOn: (value: Value) => boolean;
  readonly onChoose: (value: Value) => void;
}

export function Choice<Value extends string | number>({
  label,
  options,
  isOn,
  onChoose,
}: ChoiceProps<Value>) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map(({ value, word }) => (
        <button type="button" key={value} aria-pressed={isOn(value)} onClick={() => onChoose(value)}>
          {word}
        </button>
      ))}
    </fieldset>
  );
}

/** A set with one member more or less; never empty where it must not be. */
export function toggled<Value>(
  set: ReadonlySet<Value>,
  value: Value,
  mayBeEmpty: boolean,
): ReadonlySet<Value> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next.size === 0 && !mayBeEmpty ? set : next;
}

import { useEffect, useState } from 'preact/hooks';

const choices = ['auto', 'light', 'dark'] as const;
type Choice = (typeof choices)[number];
const KEY = 'nacre-theme';

/** Pages from files may have no storage. */
function stored(): Choice {
  try {
    const value = localStorage.getItem(KEY);
    return choices.find((choice) => choice === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function keep(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // The choice lasts as long as the page.
  }
}

/** Light, dark, or as the reader prefers. */
export function ThemeChoice() {
  const [choice, setChoice] = useState<Choice>(stored);
  useEffect(() => {
    document.documentElement.dataset['theme'] = choice;
  }, [choice]);
  return (
    <label class="theme">
      <span>Theme</span>
      <select
        value={choice}
        onChange={({ currentTarget }) => {
          const next = currentTarget.value as Choice;
          setChoice(next);
          keep(next);
        }}
      >
        {choices.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How long nothing must have changed before an answer is spoken, in milliseconds. */
const PAUSE = 500;

interface Bar {
  readonly item: HTMLElement;
  readonly fill: HTMLElement;
  readonly share: HTMLElement;
}

function createBar(digit: number): Bar {
  const element = (name: string, text = ''): HTMLElement => {
    const created = document.createElement(name);
    created.textContent = text;
    return created;
  };
  const [item, fill, share] = [element('li'), element('i'), element('span')];
  const track = element('div');
  track.append(fill);
  item.append(element('b', String(digit)), track, share);
  return { item, fill, share };
}

const percent = (probability: number): string => `${Math.round(probability * 100)} %`;

/** The most probable digit, a bar for each, and words for who does not see them. */
export class AnswerView {
  private readonly bars = Array.from({ length: 10 }, (_, digit) => createBar(digit));
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly digit: HTMLElement,
    list: HTMLElement,
    private readonly spoken: HTMLElement,
  ) {
    list.append(...this.bars.map(({ item }) => item));
    this.clear();
  }

  /** @param probabilities ten of them · @param note what is said after the answer */
  show(probabilities: ArrayLike<number>, note = ''): void {
    const all = Array.from(probabilities);
    const best = all.indexOf(Math.max(...all));
    this.write(String(best), all, best);
    this.speak(`${best}, ${percent(all[best]!)}${note}`);
  }

  clear(): void {
    this.write('–', new Array<number>(10).fill(0), null);
    this.speak('');
  }

  private write(digit: string, probabilities: readonly number[], best: number | null): void {
    this.digit.textContent = digit;
    this.bars.forEach(({ item, fill, share }, i) => {
      item.classList.toggle('best', i === best);
      fill.style.width = `${probabilities[i]! * 100}%`;
      share.textContent = best === null ? '' : percent(probabilities[i]!);
    });
  }

  private speak(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.spoken.textContent = text), PAUSE);
  }
}

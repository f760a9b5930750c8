const ADD: u32 = 1;
const MULTIPLY: u32 = 2;
const MAXIMUM: u32 = 3;

/** Puts a value in the place of an element, or the result of both: 1 their sum, 2 product, 3 maximum, 4 minimum. */
// @ts-ignore: decorator
@inline
export function update<T>(at: usize, value: T, reduction: u32): void {
  if (reduction == 0) {
    store<T>(at, value);
    return;
  }
  const element = load<T>(at);
  if (reduction == ADD) store<T>(at, <T>(element + value));
  else if (reduction == MULTIPLY) store<T>(at, <T>(element * value));
  else if (reduction == MAXIMUM) store<T>(at, max<T>(element, value));
  else store<T>(at, min<T>(element, value));
}

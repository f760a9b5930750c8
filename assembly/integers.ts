/** Integer arithmetic that never traps: division by zero gives 0, its remainder is the dividend, and quotients wrap. */

export function divideI32(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  return b == -1 ? 0 - a : a / b;
}

export function divideI64(a: i64, b: i64): i64 {
  if (b == 0) return 0;
  return b == -1 ? 0 - a : a / b;
}

export function remainderI32(a: i32, b: i32): i32 {
  return b == 0 ? a : a % b;
}

export function remainderI64(a: i64, b: i64): i64 {
  return b == 0 ? a : a % b;
}

/** base ^ exponent modulo 2⁶⁴; a negative exponent leaves the whole part of the fraction. */
export function powerI64(base: i64, exponent: i64): i64 {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
  }
  let result: i64 = 1;
  while (exponent > 0) {
    if (exponent & 1) result *= base;
    base *= base;
    exponent >>= 1;
  }
  return result;
}

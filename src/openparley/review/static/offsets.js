// The record counts code points, the browser UTF-16 units; they differ behind every character outside the basic plane.

export class Offsets {
  constructor(text) {
    this.wide = []; // units at which a character of two units begins
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
        const next = text.charCodeAt(i + 1);
        if (next >= 0xdc00 && next < 0xe000) {
          this.wide.push(i);
          i++;
        }
      }
    }
  }

  // Code points before a unit; in the middle of a character, the character counts as before.
  points(unit) {
    return unit - below(this.wide, unit);
  }

  units(point) {
    // the k-th wide character begins at code point wide[k] - k
    let low = 0;
    let high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.wide[middle] - middle < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  }
}

// How many of the ascending numbers are below a limit.
export function below(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** "Did you mean": the word of a list that is close to one which is not in it. */

import didYouMean from 'didyoumean2';

/** The closest of the words, or null when none is close. */
export function closest(word: string, words: readonly string[]): string | null {
  const found = didYouMean(word.slice(0, 64), words);
  return typeof found === 'string' ? found : null;
}

import test from 'ava';
import { didYouMean, editDistance, nearest } from '../compiler/suggest.js';

test('distance between words', (t) => {
  const rows = [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'abd', 1],
    ['abc', 'ab', 1],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
    ['he_unifrom', 'he_uniform', 1],
  ] as const;
  for (const [from, to, distance] of rows) {
    t.is(editDistance(from, to), distance, `${from} ${to}`);
    t.is(editDistance(to, from), distance, `${to} ${from}`);
  }
});

test('the word that is meant', (t) => {
  const words = ['dense', 'conv1d', 'conv2d', 'maxPooling1d', 'add'];
  const rows = [
    ['Dense', 'dense'],
    ['desne', 'dense'],
    ['max_pooling_1d', 'maxPooling1d'],
    ['Conv2D', 'conv2d'],
    ['max', 'maxPooling1d'],
    ['dense', undefined],
    ['transformer', undefined],
    ['x', undefined],
    ['', undefined],
  ] as const;
  for (const [word, meant] of rows) t.is(nearest(word, words), meant, word);
  t.is(didYouMean('ad', words), `; did you mean 'add'?`);
  t.is(didYouMean(3, words), '');
});

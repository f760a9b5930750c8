import { testCompiled } from '../graphs/compiled.js';

testCompiled(1, 3);

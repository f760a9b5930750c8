import { render } from 'preact';
import { Playground } from './playground/playground.js';

render(<Playground />, document.getElementById('page')!);

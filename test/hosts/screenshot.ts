// node build/test/hosts/screenshot.js HTML PNG [--dark] [--width PIXELS]: a picture of a page in headless Chromium.
import { parseArgs } from 'node:util';
import { screenshot } from './chromium.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dark: { type: 'boolean', default: false }, width: { type: 'string', default: '1024' } },
});
const [html, png] = positionals;
if (html === undefined || png === undefined) {
  console.error('screenshot: a file is missing; give HTML and PNG');
  process.exit(2);
}
const reason = await screenshot(html, png, { dark: values.dark, width: Number(values.width) });
if (reason !== null) {
  console.error(`chromium: ${reason}`);
  process.exitCode = 1;
}

import type { ForwardModel } from '../../runtime/forward.js';
import { digitsService, type Digits } from '../digits/service.js';

/** The part of Deno that is used here. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

/** Serves the digits on a free port of the loopback interface and prints the URL. */
export function serve(net: ForwardModel<Digits>): void {
  const onListen = ({ port }: { readonly port: number }): void => console.log(`http://127.0.0.1:${port}/`);
  Deno.serve(
    { hostname: '127.0.0.1', port: 0, onListen },
    digitsService((image) => net.forward({ image: { data: image, shape: [1, 8, 8, 1] } }).probabilities.data),
  );
}

type Reply = (question: never) => Promise<unknown>;

/** What a process sends back. */
export type Answer<T> = { readonly value: T } | { readonly failure: string };

/** Answers every question of the parent in turn. The process ends when the parent disconnects. */
export function answer(reply: Reply): void {
  let last = Promise.resolve();
  process.on('message', (question) => {
    last = last
      .then(() => reply(question as never))
      .then(
        (value) => ({ value }),
        (error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }),
      )
      .then((message: Answer<unknown>) => void process.send?.(message));
  });
}

/** What AssumeRole takes as SourceIdentity of a person: 2-64 characters of `[\w+=,.@-]`. Policies compare it. */
export const sourceIdentity = (person: string): string =>
  person
    .replace(/[^\w+=,.@-]+/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');

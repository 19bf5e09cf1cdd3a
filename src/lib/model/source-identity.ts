/**
 * What AssumeRole takes as SourceIdentity of a person: 2-64 characters of `[\w+=,.@-]`. Policies compare it, and IAM fills
 * `${...}` in where they do: nothing of that is left.
 */
export const sourceIdentity = (person: string): string =>
  person
    .replace(/[^\w+=,.@-]+/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');

/** The forms of a secret that no output may have, made here by other means than baf's own. */
export function encodingsOf(secret: string): [name: string, form: string][] {
  const base64 = Buffer.from(secret).toString('base64');
  const aligned = [1, 2].map((shift): [string, string] => {
    const whole = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    return [`base64, ${shift} before it`, whole.slice(shift === 1 ? 2 : 3, whole.replace(/=+$/, '').length - 1)];
  });
  const escaped = [...secret].map((c) => (c.codePointAt(0)! < 127 ? c : JSON.stringify(c).slice(1, -1))).join('');
  const forms: [string, string][] = [
    ['raw', secret],
    ['base64', base64],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ...aligned,
    ['URL-encoded', encodeURIComponent(secret)],
    ['form-encoded', new URLSearchParams({ s: secret }).toString().slice(2)],
    ['JSON-escaped', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(escaped).slice(1, -1)).slice(1, -1)],
    ['base64, URL-encoded', encodeURIComponent(base64)],
    ...secret
      .split('\n')
      .filter((line) => line !== secret)
      .map((line, i): [string, string] => [`line ${i + 1}`, line]),
  ];
  return forms.filter(([, form], i) => form.length >= 8 && forms.findIndex(([, other]) => other === form) === i);
}

/** In the environment of every command that a test runs. */
export const planted: Readonly<Record<string, string>> = {
  GITHUB_TOKEN: 'planted+token/of=the "suite" 1',
  NPM_TOKEN: 'planted-token-of-the-suite-2',
  AWS_SECRET_ACCESS_KEY: 'Planted/Key+of=the/suite/3wJalrXUtnFEMIK',
};

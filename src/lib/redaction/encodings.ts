/** The texts under which a secret may be seen: as it is, encoded, escaped, and line by line. */

/** What is shorter is no secret: it would blank words that have nothing to do with it. */
export const SHORTEST = 8;

/** A line of a key file that says only what the file is. */
const ARMOUR = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/** Each at least `SHORTEST` long, without repeats. `lines`: a value of several lines also by each of them. */
export function formsOf(secret: string, { lines = true }: { lines?: boolean } = {}): string[] {
  const parts = lines ? secret.split(/\r\n|\r|\n/).map((line) => line.trim()) : [];
  const texts = [secret, secret.trim(), ...parts.filter((line) => !ARMOUR.test(line))];
  const forms = texts.filter((text) => text.length >= SHORTEST).flatMap(encode);
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

function encode(text: string): string[] {
  // Neither JSON nor an address would write it differently, and most keys and tokens are like this.
  if (/^[\w.-]+$/.test(text)) return [text, ...base64Forms(text)];
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    text,
    json,
    // JSON in a JSON text, as log lines have it.
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    ascii,
    ...base64Forms(text),
    ...urlForms(text),
  ];
}

const base64Forms = (text: string): string[] =>
  [base64(bytesOf(text)), ...[0, 1, 2].map((shift) => inside(text, shift))].flatMap((form) =>
    /[+/=]/.test(form) ? [form, urlSafe(form), ...urlForms(form)] : [form],
  );

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** The characters of base64 that the secret alone decides, where `shift` bytes (modulo three) stand before it. */
function inside(text: string, shift: number): string {
  const bytes = bytesOf(text);
  const padded = new Uint8Array(shift + bytes.length);
  padded.set(bytes, shift);
  return base64(padded).slice(Math.ceil((shift * 8) / 6), Math.floor((padded.length * 8) / 6));
}

/** As encodeURIComponent does, as AWS does, as a form does; with capital and small digits. */
function urlForms(text: string): string[] {
  const plain = encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  const strict = plain.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = strict.replaceAll('%20', '+').replaceAll('~', '%7E');
  return [plain, strict, form].flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

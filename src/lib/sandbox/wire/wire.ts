/** What a wire protocol of AWS is: from an HTTP request to an operation's input, from its output to an HTTP answer. */
import type { AwsError } from '../service.js';

export interface WireRequest {
  readonly method: string;
  /** Without the query, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** `[9, namespace, name, traits, input, output]`, as the SDK's client packages export it under `<Operation>$`. */
export type OperationSchema = readonly [9, string, string, { http?: [string, string, number] } | number, unknown, unknown];

export interface Codec {
  decode(request: WireRequest): Promise<object>;
  encode(output: object, requestId: string): WireAnswer;
}

export interface Protocol {
  /** Name of the operation that a request asks for, or null. */
  operationOf(request: WireRequest, schemas: Readonly<Record<string, unknown>>): string | null;
  codec(schema: OperationSchema): Codec;
  encodeError(error: AwsError, requestId: string): WireAnswer;
}

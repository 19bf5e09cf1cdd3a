/** One SSM parameter as read: `updatedAt` in milliseconds since the epoch. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly version: number;
  readonly updatedAt: number;
  /** `String` (also where absent), `StringList` or `SecureString`. */
  readonly type?: string;
  /** `:label` or `:version` it was asked by, or null. */
  readonly selector: string | null;
}

/** A parameter's metadata: who wrote the latest version, and its description (the audit record of a deploy tag). */
export interface ParameterMetadata {
  readonly name: string;
  readonly version: number;
  readonly description: string | null;
  readonly updatedBy: string | null;
  readonly updatedAt: number;
}

/** One version of a parameter, with who wrote it and the labels that stand at it now. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: string;
  readonly description: string | null;
  readonly updatedBy: string | null;
  readonly updatedAt: number;
  readonly labels: readonly string[];
}

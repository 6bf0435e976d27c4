/** Keys as they stand in a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901 */

export const escapeToken = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

export const unescapeToken = (token: string): string => token.replaceAll("~1", "/").replaceAll("~0", "~");

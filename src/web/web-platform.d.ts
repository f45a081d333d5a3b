// A browser's type that hono's declarations mention, and that Node's types do not have.
type BufferSource = ArrayBufferView | ArrayBuffer;

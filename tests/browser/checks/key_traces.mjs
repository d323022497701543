// Byte strings by which a private key would be recognised in a request.

import { createPrivateKey, createPublicKey } from 'node:crypto';

// The number of a private key in PEM, and in the same way a part of its public half, which requests do contain.
export function tracesOf(pem) {
    const key = createPrivateKey(pem);
    const { d } = key.export({ format: 'jwk' });
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    return { secret: spellings(Buffer.from(d, 'base64url')), open: spellings(Buffer.from(x, 'base64url')) };
}

// As they are, in hexadecimal, and in base64 wherever they begin in the encoded text; all of them as hexadecimal text of their bytes.
function spellings(bytes) {
    const encoded = [0, 1, 2].flatMap((shift) => {
        const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
        // Symbols at both ends also depend on the neighbours.
        const whole = text.slice(shift === 0 ? 0 : shift + 1, -1);
        return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
    });
    const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...encoded];
    return [bytes, ...texts.map((text) => Buffer.from(text))].map((spelling) => spelling.toString('hex'));
}

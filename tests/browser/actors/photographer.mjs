// A photographer at a studio's computer.

import { strict as assert } from 'node:assert';
import { Person } from './person.mjs';

export class Photographer extends Person {
    static async arrives(world, device, options) {
        return super.arrives(world, device, { home: 'studio', ...options });
    }

    static async sitsDown(world, context) {
        return super.sitsDown(world, context, { home: 'studio' });
    }

    async open(path = '/studio/') {
        return super.open(path);
    }

    checkCookie({ name, path }) {
        if (name === 'lichtbild_code') assert.match(path, /^\/studio\/photos\/[0-9a-f-]{36}\/receipt$/);
    }
}

// A person with an invitation at a computer without a certificate.

import { strict as assert } from 'node:assert';
import { Person } from './person.mjs';

export class Newcomer extends Person {
    static async arrives(world, options) {
        return super.arrives(world, null, { home: 'enrolment', ...options });
    }

    static async sitsDown(world, context) {
        return super.sitsDown(world, context, { home: 'enrolment' });
    }

    async open(path = '/connect/') {
        return super.open(path);
    }

    // Types the code of an invitation and presses Enter.
    async enters(code) {
        await this.tabsTo('#code');
        await this.page.keyboard.type(code);
        await this.page.keyboard.press('Enter');
    }

    // Goes from the code to the request for a certificate by the keyboard.
    async accepts(code) {
        await this.open();
        await this.enters(code);
        await this.sees('#confirm');
        await this.takes('#accept');
    }

    // Goes from the code to the file by the keyboard; returns the path of the file, its name and its password.
    async connects(code) {
        await this.accepts(code);
        return this.savesFile();
    }

    // Ends the work with the file; the page then forgets key and password.
    async finishes() {
        await this.takes('#file-saved');
        await this.sees('#device-file-done');
        assert.equal(await this.text('#file-password').catch(() => ''), '');
        assert.deepEqual(await this.keptKeys(), []);
    }

    // The names of the invitations whose keys are in the browser's own store.
    async keptKeys() {
        return (await this.kept()).map(({ name }) => name);
    }

    // The entries of the browser's own store, each with its name, the moment of its end, and all its bytes as text.
    async kept() {
        return this.page.evaluate(async () => {
            const asked = (request) => new Promise((done, failed) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            });
            // What another page of the same origin could read: a key that can be exported is exported.
            const readable = async (value) => {
                if (value instanceof CryptoKey) return JSON.stringify(await crypto.subtle.exportKey('jwk', value));
                if (ArrayBuffer.isView(value)) return String.fromCharCode(...value);
                if (typeof value !== 'object') return String(value);
                return (await Promise.all(Object.entries(value).map(async ([name, part]) => `${name}: ${await readable(part)}`))).join('\n');
            };
            const kept = [];
            for (const { name } of await indexedDB.databases()) {
                const database = await asked(indexedDB.open(name));
                for (const store of database.objectStoreNames) {
                    const entries = database.transaction(store).objectStore(store);
                    const [names, values] = await Promise.all([asked(entries.getAllKeys()), asked(entries.getAll())]);
                    for (const [at, value] of values.entries()) kept.push({ name: names[at], until: value.until, text: await readable(value) });
                }
                database.close();
            }
            return kept;
        });
    }

    // Closes the page and opens it in a new tab of the same browser, `after` seconds later by the computer's clock.
    async comesBack({ after = 0 } = {}) {
        const left = this.page;
        await this.context.addInitScript((ahead) => {
            const now = Date.now;
            Date.now = () => now() + ahead;
        }, after * 1000);
        this.page = await this.context.newPage();
        await left.close();
        await this.open();
    }

    // The page may keep a key until its file is saved, and nothing else.
    async checkStores() {}
}

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

    // Goes from the code to the file by the keyboard; returns the path of the file, its name and its password.
    async connects(code) {
        await this.open();
        await this.enters(code);
        await this.sees('#confirm');
        await this.takes('#accept');
        return this.savesFile();
    }

    // Ends the work with the file; the page then forgets key and password.
    async finishes() {
        await this.takes('#file-saved');
        await this.sees('#device-file-done');
        assert.equal(await this.text('#file-password').catch(() => ''), '');
        assert.deepEqual(await this.keptKeys(), []);
    }

    // The keys in the browser's own store, by the name of their invitation.
    async keptKeys() {
        return this.page.evaluate(async () => {
            const kept = [];
            for (const { name } of await indexedDB.databases()) {
                const database = await new Promise((done, failed) => {
                    const request = indexedDB.open(name);
                    request.onsuccess = () => done(request.result);
                    request.onerror = () => failed(request.error);
                });
                for (const store of database.objectStoreNames) {
                    const request = database.transaction(store).objectStore(store).getAllKeys();
                    kept.push(...(await new Promise((done) => (request.onsuccess = () => done(request.result)))));
                }
                database.close();
            }
            return kept;
        });
    }

    // The page may keep a key until its file is saved, and nothing else.
    async checkStores() {}
}

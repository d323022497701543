// A photographer at a studio's computer.

import { strict as assert } from 'node:assert';
import { Person } from './person.mjs';

// Verdicts of a card whose photo was checked.
const CHECKED = ['accepted', 'remarks', 'refused'].map((verdict) => `[data-verdict=${verdict}]`).join(',');

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

    // Chooses files in the page for new photos.
    async picks(...files) {
        await this.page.setInputFiles('#files', files);
    }

    // Drops files on the page, or pastes them, as a file manager does.
    async brings(way, ...files) {
        const contents = files.map(({ name, mimeType, buffer }) => [name, mimeType, buffer.toString('base64')]);
        await this.page.evaluate(([way, contents]) => {
            const data = new DataTransfer();
            for (const [name, type, base64] of contents) {
                const bytes = Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0));
                data.items.add(new File([bytes], name, { type }));
            }
            const event = way === 'drop'
                ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
                : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
            document.querySelector('#drop').dispatchEvent(event);
        }, [way, contents]);
    }

    // The card of the photo at this place in the list, once it was checked.
    async seesChecked(place = 0) {
        const card = this.page.locator('article.card').nth(place);
        await card.and(this.page.locator(CHECKED)).waitFor();
        return card;
    }

    // Presses the button of a checked card; returns the code of its receipt.
    async deposits(place = 0) {
        const card = await this.seesChecked(place);
        await card.locator('form.deposit button').click();
        return this.seesReceipt(place);
    }

    async seesReceipt(place = 0) {
        const card = this.page.locator('article.card').nth(place);
        await card.and(this.page.locator('[data-verdict=deposited]')).waitFor();
        return this.readsCode(card);
    }

    // The code on a receipt. It must not appear anywhere else.
    async readsCode(where = this.page) {
        const code = (await where.locator('.citizen-receipt .code').innerText()).trim();
        assert.match(code, /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
        await this.world.isShown(code);
        return code;
    }

    // From the file to the code on a new page.
    async depositsFile(file) {
        await this.open();
        await this.picks(file);
        return this.deposits();
    }

    // The photo's id, found by the address of the page or of the link to its receipt.
    async photoId(where = null) {
        const address = where ? await where.locator('a[href$="/receipt"]').getAttribute('href') : this.page.url();
        return /\/studio\/photos\/([0-9a-f-]{36})/.exec(address)[1];
    }

    checkCookie({ name, path }) {
        if (name === 'lichtbild_receipt') assert.match(path, /^\/studio\/photos\/[0-9a-f-]{36}$/);
    }
}

// Attacks on studios: other studios, pages of other sites, names that contain HTML, and data left in the browser.

import { strict as assert } from 'node:assert';
import { jpegFile } from '../../photos.mjs';

const NOBODY = '01a20297-4dc0-7000-8000-000000000000';

async function newFile(world, name) {
    return jpegFile(Buffer.from(await world.ask('new_photo'), 'base64'), name);
}

// What a page tells about a photo, without the parts that differ from request to request.
const comparable = (text, id) => text.replaceAll(id, 'ID').replace(/name="csrf" value="[^"]*"/g, '').replace(/nonce-[^']*/g, '');

export async function no_address_of_another_studios_photo_tells_more_than_that_it_is_unknown(world) {
    const stein = await world.photographer({ device: 'stein' });
    const deposit = await world.deposit(null, 'koch');
    const before = await world.ask('contents');
    for (const path of ['', '/receipt', '/receipt.pdf', '/receipt.pdf?paper=roll80']) {
        const answers = [];
        for (const id of [deposit.photo_id, NOBODY]) {
            const answer = await stein.open(`/studio/photos/${id}${path}`);
            answers.push([answer.status(), comparable(await answer.text(), id)]);
        }
        assert.deepEqual(answers[0], answers[1], path);
        assert.equal(answers[0][0], 404, path);
    }
    await stein.open('/studio/photos');
    assert.equal((await stein.page.content()).includes(deposit.photo_id), false);
    // With a token of its own, as a form of its own photos would send it.
    await stein.open();
    const csrf = await stein.page.inputValue('form#choose input[name=csrf]');
    for (const [path, fields] of [['withdraw', { csrf }], ['seen', { csrf }]]) {
        const results = [];
        for (const id of [deposit.photo_id, NOBODY]) {
            const target = path === 'seen' ? '/studio/photos/seen' : `/studio/photos/${id}/${path}`;
            const form = path === 'seen' ? { ...fields, photos: id } : fields;
            results.push(await stein.page.evaluate(async ([target, form]) => {
                const answer = await fetch(target, { method: 'POST', body: new URLSearchParams(form) });
                return [answer.status, (await answer.text()).length > 0];
            }, [target, form]));
        }
        assert.deepEqual(results[0], results[1], path);
    }
    assert.equal(await world.ask('contents'), before);
    assert.equal(await world.state(deposit), 'available');
}

// A page of another site that posts this form as soon as it is open.
function trap(action, fields, type) {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const form = `<form method="post" action="${action}" enctype="${type}">${inputs.join('')}</form>`;
    return `<!doctype html>${form}<script>document.forms[0].submit()</script>`;
}

export async function no_form_of_a_foreign_page_deposits_or_withdraws(world) {
    const photographer = await world.photographer();
    const other = await world.photographer({ device: 'stein' });
    const { studio } = world.scene;
    const deposit = await world.deposit();
    await photographer.open();
    const csrf = await photographer.page.inputValue('form#choose input[name=csrf]');
    await other.open();
    const foreign = await other.page.inputValue('form#choose input[name=csrf]');
    const before = await world.ask('contents');
    const targets = [
        [`/studio/photos/${deposit.photo_id}/withdraw`, 'application/x-www-form-urlencoded'],
        ['/studio/photos/seen', 'application/x-www-form-urlencoded'],
        ['/studio/language', 'application/x-www-form-urlencoded'],
        ['/studio/check', 'multipart/form-data'],
        ['/studio/deposit', 'multipart/form-data'],
    ];
    const origins = ['https://attacker.example', 'https://127.0.0.1:1'];
    for (const origin of origins) {
        for (const [path, type] of targets) {
            // Even with a valid token: the browser states the origin of the form.
            for (const fields of [{}, { csrf: foreign }, { csrf, photo: 'x' }]) {
                const page = await photographer.context.newPage();
                await page.route(`${origin}/**`, (route) =>
                    route.fulfill({ contentType: 'text/html', body: trap(studio + path, fields, type) }));
                const answered = page.waitForResponse((response) => response.request().method() === 'POST');
                await page.goto(`${origin}/`);
                assert.equal((await answered).status(), 403, `${origin} ${path} ${Object.keys(fields)}`);
                await page.waitForSelector('main[data-problem]');
                await page.close();
            }
        }
    }
    // A page of the studio itself with the token of another device.
    await photographer.open();
    await photographer.page.locator('form#choose input[name=csrf]').evaluate((field, value) => (field.value = value), foreign);
    const status = await photographer.page.evaluate(async ([path, csrf]) => {
        const answer = await fetch(path, { method: 'POST', body: new URLSearchParams({ csrf }) });
        return answer.status;
    }, [`/studio/photos/${deposit.photo_id}/withdraw`, foreign]);
    assert.equal(status, 403);
    assert.equal(await world.ask('contents'), before);
    assert.equal(await world.state(deposit), 'available');
    photographer.requests = photographer.requests.filter((url) => !origins.some((origin) => url.startsWith(`${origin}/`)));
}

export async function every_form_of_the_studio_pages_carries_a_token(world) {
    const photographer = await world.photographer();
    const code = await photographer.depositsFile(await newFile(world));
    assert.ok(code);
    const id = await photographer.photoId(photographer.page.locator('article.card'));
    const paths = ['/studio/', '/studio/photos', `/studio/photos/${id}`, `/studio/photos/${id}/receipt`, '/studio/computer'];
    for (const path of paths) {
        await photographer.open(path);
        const forms = await photographer.page.locator('form').evaluateAll((all) =>
            all.map((form) => [form.method, new FormData(form).get('csrf'), form.outerHTML.slice(0, 100)]));
        assert.ok(forms.length > 0, path);
        for (const [method, token, html] of forms) assert.ok(method !== 'post' || token?.length > 20, html);
    }
}

export async function no_studio_page_and_no_connect_page_lets_itself_be_framed(world) {
    for (const [person, path] of [[await world.photographer(), '/studio/'], [await world.newcomer(), '/connect/']]) {
        // Not even a page of the same origin may frame it.
        const framing = `${world.scene[person.home]}/framing`;
        await person.page.route(framing, (route) =>
            route.fulfill({ contentType: 'text/html', body: `<iframe src="${path}"></iframe>` }));
        const refused = person.page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
        await person.page.goto(framing);
        await refused;
        person.faults = person.faults.filter((fault) => !fault.includes('frame-ancestors'));
        person.requests = person.requests.filter((url) => url !== framing);
        await person.open();
    }
}

export async function names_and_notes_are_shown_as_text(world) {
    const photographer = await world.photographer({ device: 'hostile_studio' });
    const hostile = '"><img src=x onerror="document.title=1"><script>document.title=2</script>';
    const noImages = async (where) => {
        const odd = await photographer.page.locator('img[src="x"], main script').count();
        assert.equal(odd, 0, where);
        assert.equal(/^\d$/.test(await photographer.page.title()), false, where);
    };
    await photographer.open();
    assert.match(await photographer.text('header'), /<img src=x/);
    await photographer.picks(await newFile(world, `${hostile.replaceAll('/', '')}.jpg`));
    const card = await photographer.seesChecked();
    assert.match(await card.innerText(), /<img src=x/);
    await noImages('card');
    const code = await photographer.deposits();
    await noImages('receipt in the list');
    const id = await photographer.photoId(card);
    await photographer.open(`/studio/photos/${id}/receipt`);
    assert.match(await photographer.text('.citizen-receipt'), /<img src=x/);
    await noImages('receipt');
    // Also in a file name of a form without the script.
    const [download] = await Promise.all([
        photographer.page.waitForEvent('download'),
        photographer.page.locator('a[href$="receipt.pdf"]').click(),
    ]);
    assert.match(download.suggestedFilename(), /^[\w-]+\.pdf$/);
    const refusal = { outcome: 'refused', reason: 'gaze', note: hostile };
    const answer = await world.settledElsewhere({ code }, refusal, 'hostile_office');
    assert.equal(answer.status, 200);
    for (const path of ['/studio/photos', `/studio/photos/${id}`, '/studio/computer']) {
        await photographer.open(path);
        await noImages(path);
        assert.match(await photographer.text('body'), /<img src=x/, path);
    }
}

export async function nothing_of_a_deposit_stays_behind_in_the_browser(world) {
    const photographer = await world.photographer();
    const code = await photographer.depositsFile(await newFile(world));
    const id = await photographer.photoId(photographer.page.locator('article.card'));
    const cookies = () => photographer.context.cookies(`${world.scene.studio}/studio/photos/${id}/receipt`);
    assert.equal((await cookies()).find(({ name }) => name === 'lichtbild_receipt').path, `/studio/photos/${id}`);
    assert.equal(await photographer.page.evaluate(() => document.cookie), '');
    // Going back shows no receipt that is not valid any more.
    await photographer.page.click('article.card a[href$="/receipt"]');
    await photographer.sees('.citizen-receipt');
    await photographer.page.click('#next');
    await photographer.sees('#files');
    assert.equal((await photographer.page.content()).includes(code), false);
    await world.ask('withdraw', { photo_id: id });
    await photographer.goesBack();
    await photographer.sees('main[data-problem]');
    assert.equal((await photographer.page.content()).includes(code), false, 'a code that has ended is shown on the way back');
}

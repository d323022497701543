// Accessibility and layout of every page of the desk: axe-core, several sizes, enlarged, printed, without motion.

import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { pages } from '../../actors/clerk.mjs';
import { everyFailure, mistyped, UNKNOWN } from '../../checks/failures.mjs';
import { isAccessible, isFit, SCREENSHOTS, SIZES } from '../../checks/fit.mjs';

export async function every_page_is_fit_for_everybody(world) {
    const clerk = await world.clerk({ reducedMotion: 'reduce' });
    const deposit = await world.deposit('portrait-413x531.jpg');
    await clerk.open();
    await isFit(clerk, 'enter');
    await clerk.enters(deposit.code);
    await clerk.seesPhoto();
    await isFit(clerk, 'photo');
    await clerk.scans(UNKNOWN);
    await clerk.sees('#lease-status:not(.visually-hidden)');
    await isFit(clerk, 'photo-next-code');
    await clerk.page.check('#guides');
    await isFit(clerk, 'photo-guides');
    await clerk.page.check('#pixels');
    await isFit(clerk, 'photo-pixels');
    const collection = clerk.collection();
    await clerk.page.click('a#use');
    await clerk.sees('#finish');
    await isFit(clerk, 'use');
    await clerk.chooses('outcome', 'kept');
    await isFit(clerk, 'use-kept');
    await clerk.open(`/desk/collections/${collection}/refuse`);
    await isFit(clerk, 'refuse');
    await clerk.page.click('#finish');
    await clerk.isRefused('form-incomplete');
    await isFit(clerk, 'refuse-no-reason');
    await clerk.context.clearCookies();
    await clerk.open(`/desk/collections/${collection}`);
    await clerk.sees('a#use');
    await isFit(clerk, 'interrupted');
    await clerk.open(`/desk/collections/${collection}/use`);
    await clerk.sees('#confirmed');
    await isFit(clerk, 'use-without-code');
    const colleague = await world.clerk({ device: 'mitte_2', reducedMotion: 'reduce' });
    await colleague.open(`/desk/collections/${collection}`);
    await colleague.sees('form#release');
    await isFit(colleague, 'other-counter');
    await clerk.open('/desk/today?limit=5');
    await clerk.sees('#back');
    await isFit(clerk, 'failure-today');
    await clerk.open('/desk/today');
    await isFit(clerk, 'today');
    await clerk.open('/desk/self-test');
    await isFit(clerk, 'self-test');
    await clerk.page.fill('#scan', 'TESTZ-TESTY');
    await clerk.page.press('#scan', 'Enter');
    await clerk.sees('#received[data-verdict]');
    await isFit(clerk, 'self-test-fault');
}

export async function every_last_page_is_fit_for_everybody(world) {
    const clerk = await world.clerk({ reducedMotion: 'reduce' });
    const ways = {
        used: async () => {
            await clerk.saves();
            await clerk.chooses('outcome', 'used');
        },
        kept: async () => {
            await clerk.saves();
            await clerk.chooses('outcome', 'kept');
            await clerk.page.fill('#until', '2026-12-31');
        },
        refused: async () => {
            await clerk.page.click('a#refuse');
            await clerk.chooses('reason', 'gaze');
        },
        released: async () => {},
    };
    for (const [name, choose] of Object.entries(ways)) {
        await clerk.collects(await world.deposit());
        await choose();
        await clerk.page.click(name === 'released' ? 'form#release button' : '#finish');
        await clerk.sees('#outcome');
        await isFit(clerk, `done-${name}`);
    }
    await clerk.open('/desk/today');
    await isFit(clerk, 'today-full');
    await clerk.open('/desk/nowhere');
    await isFit(clerk, 'failure-nowhere');
}

export async function every_refusal_is_fit_for_everybody(world) {
    const clerk = await world.clerk({ reducedMotion: 'reduce' });
    const { code } = await world.deposit();
    await clerk.open();
    await clerk.enters(mistyped(code));
    await clerk.isRefused('code-malformed');
    await isFit(clerk, 'failure-code-malformed');
    const others = { empty: '', keyboard: code.replaceAll('-', 'ß'), foreign: 'q83vASNFZ4mrze/9+AEjRWeJ'.repeat(10) };
    for (const [name, text] of Object.entries(others)) {
        await clerk.open();
        await clerk.sees('#code:focus');
        await clerk.scans(`${text}\n`);
        await clerk.isRefused('code-malformed');
        await isFit(clerk, `failure-code-${name}`);
    }
    await everyFailure(world, clerk, (kind) => isFit(clerk, `failure-${kind}`));
}

export async function the_english_pages_are_accessible_too(world) {
    const clerk = await world.clerk();
    await clerk.open();
    assert.equal(await clerk.page.getAttribute('html', 'lang'), 'de');
    await clerk.page.click('form#language button');
    await clerk.sees('html[lang=en]');
    await isAccessible(clerk, 'enter');
    await clerk.collects(await world.deposit());
    await isAccessible(clerk, 'photo');
    await clerk.page.click('a#use');
    await clerk.sees('#finish');
    await isAccessible(clerk, 'use');
}

export async function the_explanations_of_problems_are_fit_for_everybody(world) {
    const clerk = await world.clerk({ reducedMotion: 'reduce' });
    await clerk.open('/problems/');
    await clerk.sees('html[lang=de]');
    await isFit(clerk, 'problems-de');
    await clerk.page.click('a#language');
    await clerk.sees('html[lang=en]');
    await isFit(clerk, 'problems-en');
    // The longest name and one of the longest texts.
    for (const kind of ['enrolment-credentials-missing', 'certificate-unusable']) {
        await clerk.page.click(`a[href^="/problems/${kind}"]`);
        await clerk.sees('html[lang=en]');
        await isFit(clerk, `problem-${kind}-en`);
        await clerk.page.click('a#language');
        await clerk.sees('html[lang=de]');
        await isFit(clerk, `problem-${kind}-de`);
        await clerk.page.click('nav a');
        await clerk.sees('html[lang=de]');
        await clerk.page.click('a#language');
    }
}

export async function the_language_once_switched_stays(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    const collection = await clerk.collects(deposit);
    const german = await clerk.text('a#use');
    await clerk.page.click('form#language button');
    await clerk.sees('html[lang=en]');
    assert.equal(await clerk.path(), `/desk/collections/${collection}`, 'switching leads away from the photo');
    await clerk.seesPhoto();
    assert.notEqual(await clerk.text('a#use'), german);
    await clerk.page.click('a#refuse');
    await clerk.chooses('reason', 'gaze');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    await clerk.sees('html[lang=en]');
    await clerk.open('/desk/today');
    await clerk.sees('html[lang=en]');
    await clerk.page.click('form#language button');
    await clerk.sees('html[lang=de]');
}

export async function every_stop_of_the_tab_key_is_seen(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    for (const path of pages(collection)) {
        await clerk.open(path);
        await clerk.seesEveryStop(path);
    }
}

export async function the_receipt_prints_without_what_is_only_for_the_screen(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit());
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
    await clerk.page.emulateMedia({ media: 'print' });
    assert.equal(await clerk.page.isVisible('#receipt'), true);
    for (const onScreenOnly of ['#next', 'form#language', 'nav', '#valid-until']) {
        assert.equal(await clerk.page.isVisible(onScreenOnly), false, `${onScreenOnly} is printed`);
    }
}

export async function what_is_printed_tells_its_office_and_all_its_words(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit());
    await clerk.saves();
    await clerk.chooses('outcome', 'kept');
    await clerk.page.fill('#until', '2026-12-31');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    for (const path of [await clerk.path(), '/desk/today']) {
        await clerk.page.emulateMedia({ media: 'screen' });
        await clerk.open(path);
        await clerk.page.emulateMedia({ media: 'print' });
        assert.equal(await clerk.page.isVisible('.office'), true, `${path} is printed without the office`);
        assert.equal(await clerk.page.isVisible('.lead'), true, `${path} is printed without its lead`);
        if (SCREENSHOTS) {
            mkdirSync(SCREENSHOTS, { recursive: true });
            await clerk.page.pdf({ path: `${SCREENSHOTS}/print${path.replaceAll('/', '-').slice(-12)}.pdf`, format: 'A4' });
        }
    }
    // The symbol of the self-test is alone on its page.
    await clerk.page.emulateMedia({ media: 'screen' });
    await clerk.open('/desk/self-test');
    await clerk.page.emulateMedia({ media: 'print' });
    assert.equal(await clerk.page.isVisible('.lead'), false);
    assert.equal(await clerk.page.isVisible('.data-matrix'), true);
    if (SCREENSHOTS) await clerk.page.pdf({ path: `${SCREENSHOTS}/print-self-test.pdf`, format: 'A4' });
}

export async function the_head_tells_office_and_certificate_apart(world) {
    const clerk = await world.clerk();
    await clerk.open();
    assert.match(await clerk.text('header .name'), /^Lichtbild \S.*\S Zertifikat bis \d/);
    const [office, end] = await Promise.all(['.office', '#valid-until'].map((part) => clerk.page.locator(part).boundingBox()));
    assert.ok(end.x - (office.x + office.width) > 6 || end.y >= office.y + office.height, 'they touch each other');
}

export async function short_numbers_are_never_broken_in_two(world) {
    const clerk = await world.clerk();
    const collection = await clerk.collects(await world.deposit());
    await clerk.saves();
    const paths = ['', '/use', '/refuse'].map((page) => `/desk/collections/${collection}${page}`);
    for (const width of [1280, 800, 640, 320]) {
        await clerk.page.setViewportSize({ width, height: 600 });
        for (const path of ['/desk/today', '/desk/self-test', ...paths]) {
            await clerk.open(path);
            const all = await clerk.page.locator('main code').evaluateAll((codes) =>
                codes.map((code) => [code.innerText, new Set([...code.getClientRects()].map(({ top }) => top)).size]),
            );
            const broken = all.filter(([text, lines]) => text.length < 24 && lines > 1);
            assert.deepEqual(broken, [], `${path} at ${width} pixels`);
            const wide = await clerk.page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${path} scrolls sideways at ${width} pixels: ${wide}`);
        }
    }
}

// True if the whole element is visible without scrolling.
async function isAboveTheFold(clerk, selector) {
    const { y, height } = await clerk.page.locator(selector).boundingBox();
    return y >= 0 && y + height <= clerk.page.viewportSize().height;
}

export async function the_main_action_is_seen_without_scrolling_in_a_small_window_and_enlarged(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit('portrait-413x531.jpg'));
    for (const size of SIZES.filter(({ width }) => width >= 640)) {
        await clerk.page.setViewportSize(size);
        await clerk.page.reload();
        await clerk.seesPhoto();
        for (const selector of ['a#use', 'a#refuse']) {
            assert.ok(await isAboveTheFold(clerk, selector), `${selector} is below the fold at ${size.width} pixels`);
        }
    }
}

export async function forced_colours_mark_the_current_section_alone(world) {
    const clerk = await world.clerk({ forcedColors: 'active' });
    await clerk.open();
    const borders = await clerk.page.locator('nav a').evaluateAll((links) =>
        links.map((link) => [link.hasAttribute('aria-current'), getComputedStyle(link).borderBottomColor]));
    const canvas = await clerk.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [isCurrent, border] of borders) assert.equal(border !== canvas, isCurrent, `${borders}`);
}

// Accessibility and layout of every page: axe-core, several sizes, enlarged, printed, without motion.

import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pages } from '../clerk.mjs';
import { everyFailure, mistyped, UNKNOWN } from '../failures.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

// The usual window, a small one, and the usual one at 200 and 400 per cent (WCAG 2.1, 1.4.4 and 1.4.10), which leaves half and a
// quarter of its width.
const SIZES = [
    { width: 1280, height: 800 },
    { width: 800, height: 600 },
    { width: 640, height: 400 },
    { width: 320, height: 256 },
];

// Folder for screenshots, if set.
const SCREENSHOTS = process.env.LICHTBILD_SCREENSHOTS;

// Checks the open page in every way.
export async function isFit(clerk, name) {
    for (const size of SIZES) {
        await clerk.page.setViewportSize(size);
        const wide = await clerk.page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return scrollWidth - clientWidth;
        });
        assert.equal(wide, 0, `${name} has to be scrolled sideways at ${size.width} pixels`);
        if (SCREENSHOTS && size.width >= 640) {
            mkdirSync(SCREENSHOTS, { recursive: true });
            await clerk.page.screenshot({ path: `${SCREENSHOTS}/${name}-${size.width}.png`, fullPage: true });
        }
        // The two sizes in between look like one of the others.
        if ([1280, 320].includes(size.width)) await isAccessible(clerk, `${name} at ${size.width} pixels`);
    }
    await clerk.page.setViewportSize(SIZES[0]);
    const moving = await clerk.page.evaluate(() => document.getAnimations().map(({ playState }) => playState));
    assert.equal(moving.includes('running'), false, `${name} moves although motion is unwanted`);
}

async function isAccessible(clerk, where) {
    if (!(await clerk.page.evaluate(() => 'axe' in window))) await clerk.page.evaluate(AXE);
    const violations = await clerk.page.evaluate(async (tags) => {
        const runOnly = { type: 'tag', values: tags };
        const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] });
        return violations.map(({ id, help, nodes }) =>
            [`${id}: ${help}`, ...nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`)].join('\n'),
        );
    }, TAGS);
    assert.equal(violations.length, 0, `${where}:\n${violations.join('\n')}`);
}

export async function every_page_is_fit_for_everybody(counter) {
    const clerk = await counter.clerk({ reducedMotion: 'reduce' });
    const deposit = await counter.deposit('portrait-413x531.jpg');
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
    const colleague = await counter.clerk({ device: 'mitte_2', reducedMotion: 'reduce' });
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

export async function every_last_page_is_fit_for_everybody(counter) {
    const clerk = await counter.clerk({ reducedMotion: 'reduce' });
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
        await clerk.collects(await counter.deposit());
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

export async function every_refusal_is_fit_for_everybody(counter) {
    const clerk = await counter.clerk({ reducedMotion: 'reduce' });
    const { code } = await counter.deposit();
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
    await everyFailure(counter, clerk, (kind) => isFit(clerk, `failure-${kind}`));
}

export async function the_english_pages_are_accessible_too(counter) {
    const clerk = await counter.clerk();
    await clerk.open();
    assert.equal(await clerk.page.getAttribute('html', 'lang'), 'de');
    await clerk.page.click('form#language button');
    await clerk.sees('html[lang=en]');
    await isAccessible(clerk, 'enter');
    await clerk.collects(await counter.deposit());
    await isAccessible(clerk, 'photo');
    await clerk.page.click('a#use');
    await clerk.sees('#finish');
    await isAccessible(clerk, 'use');
}

export async function the_explanations_of_problems_are_fit_for_everybody(counter) {
    const clerk = await counter.clerk({ reducedMotion: 'reduce' });
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

export async function the_language_once_switched_stays(counter) {
    const clerk = await counter.clerk();
    const deposit = await counter.deposit();
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

export async function every_stop_of_the_tab_key_is_seen(counter) {
    const clerk = await counter.clerk();
    const collection = await clerk.collects(await counter.deposit());
    for (const path of pages(collection)) {
        await clerk.open(path);
        const seen = new Set();
        let previous = '';
        for (let stops = 0; stops < 40; stops += 1) {
            await clerk.page.keyboard.press('Tab');
            const [name, isShown] = await clerk.page.evaluate(() => {
                const element = document.activeElement;
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
                const { width, height } = element.getBoundingClientRect();
                const isMarked = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
                const name = `${element.tagName} ${element.id} ${element.innerText ?? ''}`;
                return [name, isMarked && width > 0 && height > 0];
            });
            // The way from the last stop to the first leads past the browser's own controls.
            if (name.startsWith('BODY')) continue;
            // A date field has stops of its own: day, month, year, calendar.
            if (name === previous) continue;
            previous = name;
            if (seen.has(name)) break;
            seen.add(name);
            assert.ok(isShown, `${path}: one does not see that the focus is on ${name}`);
        }
        assert.ok(seen.size > 2, `${path} has hardly any stop: ${[...seen]}`);
    }
}

export async function the_receipt_prints_without_what_is_only_for_the_screen(counter) {
    const clerk = await counter.clerk();
    await clerk.collects(await counter.deposit());
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
    await clerk.page.emulateMedia({ media: 'print' });
    assert.equal(await clerk.page.isVisible('#receipt'), true);
    for (const onScreenOnly of ['#next', 'form#language', 'nav', '#valid-until']) {
        assert.equal(await clerk.page.isVisible(onScreenOnly), false, `${onScreenOnly} is printed`);
    }
}

export async function what_is_printed_tells_its_office_and_all_its_words(counter) {
    const clerk = await counter.clerk();
    await clerk.collects(await counter.deposit());
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

export async function the_head_tells_office_and_certificate_apart(counter) {
    const clerk = await counter.clerk();
    await clerk.open();
    assert.match(await clerk.text('header .name'), /^Lichtbild \S.*\S Zertifikat bis \d/);
    const [office, end] = await Promise.all(['.office', '#valid-until'].map((part) => clerk.page.locator(part).boundingBox()));
    assert.ok(end.x - (office.x + office.width) > 6 || end.y >= office.y + office.height, 'they touch each other');
}

export async function short_numbers_are_never_broken_in_two(counter) {
    const clerk = await counter.clerk();
    const collection = await clerk.collects(await counter.deposit());
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

export async function the_main_action_is_seen_without_scrolling_in_a_small_window_and_enlarged(counter) {
    const clerk = await counter.clerk();
    await clerk.collects(await counter.deposit('portrait-413x531.jpg'));
    for (const size of SIZES.filter(({ width }) => width >= 640)) {
        await clerk.page.setViewportSize(size);
        await clerk.page.reload();
        await clerk.seesPhoto();
        for (const selector of ['a#use', 'a#refuse']) {
            assert.ok(await isAboveTheFold(clerk, selector), `${selector} is below the fold at ${size.width} pixels`);
        }
    }
}

export async function forced_colours_mark_the_current_section_alone(counter) {
    const clerk = await counter.clerk({ forcedColors: 'active' });
    await clerk.open();
    const borders = await clerk.page.locator('nav a').evaluateAll((links) =>
        links.map((link) => [link.hasAttribute('aria-current'), getComputedStyle(link).borderBottomColor]));
    const canvas = await clerk.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [isCurrent, border] of borders) assert.equal(border !== canvas, isCurrent, `${borders}`);
}

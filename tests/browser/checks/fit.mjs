// Accessibility and layout of the open page: axe-core, several sizes, enlarged, without motion.

import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

// The usual window, a small one, a phone, and the usual one at 200 and 400 per cent (WCAG 2.1, 1.4.4 and 1.4.10), which leaves half and a
// quarter of its width.
export const SIZES = [
    { width: 1280, height: 800 },
    { width: 800, height: 600 },
    { width: 640, height: 400 },
    { width: 390, height: 844 },
    { width: 320, height: 256 },
];

// Folder for screenshots, if set.
export const SCREENSHOTS = process.env.LICHTBILD_SCREENSHOTS;

// Checks the open page in every way.
export async function isFit(person, name) {
    for (const size of SIZES) {
        await person.page.setViewportSize(size);
        const wide = await person.page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            if (scrollWidth === clientWidth) return [];
            // The innermost elements that end outside, or whose text does; hidden ones for screen readers aside.
            const tooWide = [...document.body.querySelectorAll('*')].filter((element) => {
                const text = document.createRange();
                text.selectNodeContents(element);
                const right = Math.max(element.getBoundingClientRect().right, text.getBoundingClientRect().right);
                return right > clientWidth && !element.closest('.visually-hidden') && !element.closest('svg');
            });
            const innermost = tooWide.filter((element) => !tooWide.some((other) => other !== element && element.contains(other)));
            return [`${scrollWidth - clientWidth} pixels`, ...innermost.map(({ outerHTML }) => outerHTML.slice(0, 200))];
        });
        assert.deepEqual(wide, [], `${name} has to be scrolled sideways at ${size.width} pixels`);
        if (SCREENSHOTS && size.width >= 390) {
            mkdirSync(SCREENSHOTS, { recursive: true });
            await person.page.screenshot({ path: `${SCREENSHOTS}/${name}-${size.width}.png`, fullPage: true });
        }
        // The two sizes in between look like one of the others.
        if ([1280, 320].includes(size.width)) await isAccessible(person, `${name} at ${size.width} pixels`);
    }
    await person.page.setViewportSize(SIZES[0]);
    const moving = await person.page.evaluate(() => document.getAnimations().map(({ playState }) => playState));
    assert.equal(moving.includes('running'), false, `${name} moves although motion is unwanted`);
}

export async function isAccessible(person, where) {
    if (!(await person.page.evaluate(() => 'axe' in window))) await person.page.evaluate(AXE);
    const violations = await person.page.evaluate(async (tags) => {
        const runOnly = { type: 'tag', values: tags };
        const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] });
        return violations.map(({ id, help, nodes }) =>
            [`${id}: ${help}`, ...nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`)].join('\n'),
        );
    }, TAGS);
    assert.equal(violations.length, 0, `${where}:\n${violations.join('\n')}`);
}

//! Guide lines as an SVG image that is laid over the photo.
//!
//! Limits of the profile are light dashes with labels on the left; the measured face is turquoise with labels on the right. Every line has
//! a dark rim, so that it is visible on a white wall and on black hair.

use maud::{Markup, html};

use super::measurement_table::signed_degrees;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::guides::{Guides, HeadOutline, Pose, Span};

/// The guide lines of a photo, with a description for screen readers.
pub fn overlay(guides: &Guides, language: Language) -> Markup {
    let Guides { width, height, .. } = *guides;
    // All photos are shown at one width, so that lines and labels have the same size on each of them.
    let unit = width / 400.0;
    let scene = OverlayCanvas { width, height, unit };
    html! {
        svg class="guides" role="img" aria-label=(describe(guides, language))
            viewBox={ "0 0 " (width) " " (height) } preserveAspectRatio="none" {
            @if let Some(span) = guides.centre {
                (scene.vertical_band(span))
                (scene.vertical_line(width / 2.0))
                (scene.label_at(LabelAnchor::Left, (span.to + 3.0 * unit, height - 6.0 * unit), &text!(language, "paper-guides.centre")))
            }
            @for (span, words) in [
                (guides.crown, text!(language, "paper-guides.crown")),
                (guides.eyes, text!(language, "paper-guides.eyes")),
                (guides.chin, text!(language, "paper-guides.chin")),
            ] {
                @if let Some(span) = span {
                    (scene.horizontal_band(span))
                    (scene.label_at(LabelAnchor::Left, (6.0 * unit, span.from + 14.0 * unit), &words))
                }
            }
            @if let Some(head) = guides.head { (scene.head(head, language)) }
            @if let Some(chin) = guides.chin_found { (scene.chin(chin, language)) }
            @if let Some(pose) = guides.pose { (scene.pose(pose)) }
            @if let Some(pupils) = guides.pupils { (scene.pupils(pupils)) }
        }
    }
}

fn describe(guides: &Guides, language: Language) -> String {
    let Some([(left, left_y), (right, right_y)]) = guides.pupils else {
        return text!(language, "paper-guides.no-eyes");
    };
    let whole = |number: f64| format!("{number:.0}");
    let lines = text!(
        language,
        "paper-guides",
        distance = whole((right - left).hypot(right_y - left_y)),
        across = whole((left + right) / 2.0 / guides.width * 100.0),
        down = whole((left_y + right_y) / 2.0 / guides.height * 100.0),
    );
    let Some(Pose { yaw_degrees, pitch_degrees, .. }) = guides.pose else { return lines };
    let (yaw, pitch) = (signed_degrees(yaw_degrees), signed_degrees(pitch_degrees));
    format!("{lines} {}", text!(language, "paper-guides.pose", yaw = yaw, pitch = pitch))
}

#[derive(Clone, Copy)]
enum LabelAnchor {
    /// Start of the label of a limit.
    Left,
    /// End of the label of a measurement.
    Right,
}

struct OverlayCanvas {
    width: f64,
    height: f64,
    unit: f64,
}

impl OverlayCanvas {
    fn horizontal_band(&self, Span { from, to }: Span) -> Markup {
        html! {
            rect class="asked-area" x="0" y=(from) width=(self.width) height=(to - from) {}
            (self.dashed_line((0.0, from), (self.width, from)))
            (self.dashed_line((0.0, to), (self.width, to)))
        }
    }

    fn vertical_band(&self, Span { from, to }: Span) -> Markup {
        html! {
            rect class="asked-area" x=(from) y="0" width=(to - from) height=(self.height) {}
            (self.dashed_line((from, 0.0), (from, self.height)))
            (self.dashed_line((to, 0.0), (to, self.height)))
        }
    }

    fn vertical_line(&self, x: f64) -> Markup {
        self.dashed_line((x, 0.0), (x, self.height))
    }

    fn dashed_line(&self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
        let dashes = format!("{} {}", 5.0 * self.unit, 4.0 * self.unit);
        html! {
            line class="rim" x1=(x1) y1=(y1) x2=(x2) y2=(y2) stroke-width=(2.0 * self.unit) stroke-dasharray=(dashes) {}
            line class="asked" x1=(x1) y1=(y1) x2=(x2) y2=(y2) stroke-width=(self.unit) stroke-dasharray=(dashes) {}
        }
    }

    fn solid_line(&self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
        html! {
            line class="rim" x1=(x1) y1=(y1) x2=(x2) y2=(y2) stroke-width=(2.8 * self.unit) {}
            line class="found" x1=(x1) y1=(y1) x2=(x2) y2=(y2) stroke-width=(1.4 * self.unit) {}
        }
    }

    fn head(&self, HeadOutline { left, right, crown, chin }: HeadOutline, language: Language) -> Markup {
        let (x, y) = ((left + right) / 2.0, (crown + chin) / 2.0);
        let tick = 14.0 * self.unit;
        html! {
            @for (class, width) in [("rim", 2.2), ("found", 1.1)] {
                ellipse class=(class) cx=(x) cy=(y) rx=((right - left) / 2.0) ry=((chin - crown) / 2.0)
                    stroke-width=(width * self.unit) {}
            }
            (self.solid_line((x - tick, crown), (x + tick, crown)))
            (self.label_at(
                LabelAnchor::Right,
                (self.width - 6.0 * self.unit, crown - 4.0 * self.unit),
                &text!(language, "paper-guides.crown-estimated"),
            ))
        }
    }

    fn chin(&self, (x, y): (f64, f64), language: Language) -> Markup {
        let tick = 14.0 * self.unit;
        html! {
            (self.solid_line((x - tick, y), (x + tick, y)))
            (self.label_at(LabelAnchor::Right, (self.width - 6.0 * self.unit, y - 4.0 * self.unit), &text!(language, "paper-guides.chin-found")))
        }
    }

    /// An arrow with a dot at its start and the angles beside its tip.
    fn pose(&self, pose: Pose) -> Markup {
        let (x, y) = pose.to;
        let words = format!("↔ {} ↕ {}", signed_degrees(pose.yaw_degrees), signed_degrees(pose.pitch_degrees));
        html! {
            (self.solid_line(pose.from, pose.to))
            circle class="rim" cx=(pose.from.0) cy=(pose.from.1) r=(3.0 * self.unit) stroke-width=(2.8 * self.unit) {}
            circle class="found" cx=(pose.from.0) cy=(pose.from.1) r=(3.0 * self.unit) stroke-width=(1.4 * self.unit) {}
            text class="words found-words" text-anchor="start" x=(x.max(pose.from.0) + 8.0 * self.unit) y=(y + 4.0 * self.unit)
                font-size=(11.0 * self.unit) stroke-width=(3.0 * self.unit) { (words) }
        }
    }

    fn pupils(&self, [left, right]: [(f64, f64); 2]) -> Markup {
        let distance = (right.0 - left.0).hypot(right.1 - left.1);
        let middle = ((left.0 + right.0) / 2.0, (left.1 + right.1) / 2.0);
        let reach = 7.0 * self.unit;
        html! {
            (self.solid_line(left, right))
            @for (x, y) in [left, right] {
                @for (class, width) in [("rim", 2.8), ("found", 1.4)] {
                    circle class=(class) cx=(x) cy=(y) r=(reach) stroke-width=(width * self.unit) {}
                }
            }
            (self.solid_line((middle.0, middle.1 - reach), (middle.0, middle.1 + reach)))
            text class="words found-words" text-anchor="middle" x=(middle.0) y=(middle.1 - 12.0 * self.unit)
                font-size=(11.0 * self.unit) stroke-width=(3.0 * self.unit) { (format!("{distance:.0} px")) }
        }
    }

    fn label_at(&self, side: LabelAnchor, (x, y): (f64, f64), words: &str) -> Markup {
        let (class, anchor) = match side {
            LabelAnchor::Left => ("words asked-words", "start"),
            LabelAnchor::Right => ("words found-words", "end"),
        };
        // Inside the photo, even if the line is outside.
        let y = y.clamp(12.0 * self.unit, (self.height - 3.0 * self.unit).max(12.0 * self.unit));
        html! {
            text class=(class) text-anchor=(anchor) x=(x) y=(y) font-size=(11.0 * self.unit) stroke-width=(3.0 * self.unit) {
                (words)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Guides = Guides {
        width: 400.0,
        height: 500.0,
        pupils: None,
        head: None,
        chin_found: None,
        pose: None,
        centre: None,
        eyes: None,
        crown: None,
        chin: None,
    };

    #[test]
    fn limits_and_measurements_that_are_missing_are_not_drawn() {
        let drawn = overlay(&BARE, Language::English).into_string();
        assert!(!drawn.contains("<line") && !drawn.contains("<ellipse") && !drawn.contains("<text"), "{drawn}");
        assert!(drawn.contains("no eyes were found"), "{drawn}");
    }

    #[test]
    fn no_angle_is_minus_zero() {
        assert_eq!([-0.4, 0.0, -0.6, 2.5].map(signed_degrees), ["+0°", "+0°", "-1°", "+3°"]);
    }

    #[test]
    fn lines_stand_where_the_guides_say() {
        let guides = Guides {
            pupils: Some([(150.0, 200.0), (250.0, 200.0)]),
            eyes: Some(Span { from: 180.0, to: 220.0 }),
            ..BARE
        };
        let drawn = overlay(&guides, Language::German).into_string();
        assert!(
            drawn.contains(r#"cx="150" cy="200""#) && drawn.contains(r#"y="180" width="400" height="40""#),
            "{drawn}"
        );
        assert!(drawn.contains(">100 px<") && drawn.contains("Pupillen 100 Pixel auseinander"), "{drawn}");
    }

    #[test]
    fn chin_and_pose_stand_where_they_were_found() {
        let pose = Pose { from: (200.0, 260.0), to: (210.0, 255.0), yaw_degrees: 6.0, pitch_degrees: -3.4 };
        let pupils = Some([(150.0, 200.0), (250.0, 200.0)]);
        let guides = Guides { pupils, chin_found: Some((200.0, 320.0)), pose: Some(pose), ..BARE };
        let drawn = overlay(&guides, Language::German).into_string();
        assert!(drawn.contains(r#"x1="186" y1="320" x2="214" y2="320""#) && drawn.contains(">Kinn<"), "{drawn}");
        assert!(drawn.contains(r#"x1="200" y1="260" x2="210" y2="255""#), "{drawn}");
        assert!(drawn.contains("↔ +6° ↕ -3°") && drawn.contains("Kopf um +6° zur Seite gedreht"), "{drawn}");
    }
}

//! `report.html` as people open it: whole, of no customer, and harmless whatever a label says.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as a browser does"
)]

use crate::bank::{default_config, night, repository, skipped};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use tercet::config::overlay;
use tercet::features::catalogue::features;
use tercet::labels::{Labels, Language};

const SECTIONS: [&str; 11] =
    ["headline", "types", "map", "moves", "tiers", "churn", "drivers", "lists", "due", "quality", "effects"];
/// Would change the title of a page that ran it.
const SCRIPT: &str = "<script>document.title='owned'</script>";
const IMAGE: &str = "<img/src=x/onerror=document.title='owned'>";

/// The second of two nights over the sample, and the folder that keeps them.
static SAMPLE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    let config = default_config(&repository().join("data/sample"), &home.path().join("work"));
    night(&config, "2026-09-30");
    let folder = night(&config, "2026-10-31").folder;
    (home, folder)
});

/// A night in Chinese over the sample, where a branch and a manager are called something that would run if it were not
/// escaped, and no model scores anybody.
static HOSTILE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    for entry in fs::read_dir(repository().join("data/sample")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".csv.gz") {
            let text = unzipped(&entry.path()).replace("Head office", SCRIPT).replace("M00001", IMAGE);
            fs::write(data.join(name), text).unwrap();
        }
    }
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace) = (data, home.path().join("work"));
    raw.language = Language::ZhCn;
    raw.churn.enabled = false;
    raw.churn.disabled_because = SCRIPT.into();
    let folder = night(&raw.check().unwrap(), "2026-10-31").folder;
    (home, folder)
});

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn page(folder: &Path) -> String {
    fs::read_to_string(folder.join("report.html")).unwrap()
}

/// What stands between the tags of a page.
fn texts(page: &str) -> impl Iterator<Item = &str> {
    let body = page.split_once("</style>").unwrap().1;
    body.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text.trim())
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    for (folder, language) in [(&SAMPLE.1, "en"), (&HOSTILE.1, "zh-CN")] {
        let page = page(folder);
        for section in SECTIONS {
            assert!(page.contains(&format!("<section id=\"{section}\">")), "no section `{section}`");
            assert!(page.contains(&format!("<a href=\"#{section}\">")), "no link to `{section}`");
        }
        assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        for foreign in
            ["<script", "<link", "<img", "<iframe", "http://", "https://", "@import", "url(", "{{", "{%"]
        {
            assert!(!page.contains(foreign), "`{foreign}` in the page");
        }
        for broken in ["NaN", ">inf<", "None<", "undefined"] {
            assert!(!page.contains(broken), "`{broken}` in the page");
        }
    }
}

#[test]
fn every_word_of_the_page_has_its_text() {
    let names: Vec<&str> = features().map(|feature| feature.name).collect();
    for folder in [&SAMPLE.1, &HOSTILE.1] {
        let page = page(folder);
        let is_code = |text: &&str| {
            text.contains('_')
                && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let codes: Vec<&str> = texts(&page).filter(is_code).filter(|text| !names.contains(text)).collect();
        assert!(codes.is_empty(), "codes in place of words: {codes:?}");
        // A blank that nothing was filled into.
        let blanks: Vec<&str> = texts(&page).filter(|text| text.contains('{')).collect();
        assert!(blanks.is_empty(), "{blanks:?}");
    }
}

#[test]
fn every_figure_has_its_definition_beside_it() {
    let page = page(&SAMPLE.1);
    let labels = Labels::of(Language::En);
    let blocks: Vec<&str> = page.split("<div class=\"block ").skip(1).collect();
    let of = |code: &str| {
        let title = format!("<h3>{}</h3>", labels.text("report", code).replace('/', "&#x2f;"));
        *blocks.iter().find(|block| block.contains(&title)).unwrap_or_else(|| panic!("no block `{code}`"))
    };
    let codes = [
        "headline_tiles",
        "types_table",
        "map_customers",
        "map_churn",
        "moves_flow",
        "moves_axes",
        "tiers_table",
        "tiers_curve",
        "tiers_classes",
        "churn_bands",
        "churn_drift",
        "lists_by_kind",
        "lists_kept_off",
        "lists_by_branch",
        "lists_by_manager",
        "due_calendar",
        "due_kinds",
        "quality_deliveries",
        "quality_standing",
    ];
    for code in codes {
        assert!(of(code).contains("<details>"), "`{code}` says not what its figures mean");
    }
}

#[test]
fn nobody_is_named() {
    let page = page(&SAMPLE.1);
    let mut n_looked_for = 0;
    let text = unzipped(&repository().join("data/sample/customers.csv.gz"));
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [id, name, phone] = [fields[0], fields[20], fields[21]];
        for secret in [id, name, phone].into_iter().filter(|secret| !secret.is_empty()) {
            assert!(!page.contains(secret), "`{secret}` of a customer is in the page");
            n_looked_for += 1;
        }
    }
    assert!(n_looked_for > 600, "{n_looked_for}");
    // To the cent, an amount would be somebody's balance.
    let holdings = unzipped(&repository().join("data/sample/holdings-2026-10.csv.gz"));
    let columns: Vec<&str> = holdings.lines().next().unwrap().split(',').collect();
    let balance = columns.iter().position(|column| *column == "balance").unwrap();
    for line in holdings.lines().skip(1) {
        let amount = line.split(',').nth(balance).unwrap();
        assert!(
            amount.len() < 6 || !texts(&page).any(|text| text.contains(amount)),
            "`{amount}` is in the page"
        );
    }
}

#[test]
fn hostile_labels_stay_labels() {
    let page = page(&HOSTILE.1);
    let escaped = |text: &str| {
        text.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#x27;").replace('/', "&#x2f;")
    };
    assert!(page.contains("已停用："), "why there is no model is told in English");
    for planted in [SCRIPT, IMAGE] {
        assert!(page.contains(&escaped(planted)), "`{planted}` is not told");
        assert!(!page.contains(planted), "`{planted}` would run");
    }
}

#[test]
fn the_manifest_has_its_digest_and_the_file_is_private() {
    let folder = &SAMPLE.1;
    let bytes = fs::read(folder.join("report.html")).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_array().unwrap();
    let entry = files.iter().find(|file| file["path"] == "report.html").expect("the manifest names the page");
    assert_eq!(entry["blake3"], blake3::hash(&bytes).to_hex().to_string());
    assert_eq!(entry["bytes"], bytes.len());
    let mode = fs::metadata(folder.join("report.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(bytes.len() < 400_000, "{} bytes", bytes.len());
}

/// The first browser that is installed.
fn chromium() -> Option<&'static str> {
    let known = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless_shell"];
    known
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success()))
}

#[test]
fn a_browser_shows_it_without_an_error() {
    let Some(chromium) = chromium() else {
        return skipped("report.html in a browser", "no Chromium is installed");
    };
    for (folder, language) in [(&SAMPLE.1, Language::En), (&HOSTILE.1, Language::ZhCn)] {
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--enable-logging=stderr", "--window-size=400,900", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}", folder.join("report.html").display()))
            .output()
            .unwrap();
        let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{log}");
        let said: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(said.is_empty(), "the browser complains: {said:?}");
        let title = Labels::of(language).fill("report", "title", &[("date", "2026-10-31")]);
        assert!(
            dom.contains(&format!("<title>{title}</title>")),
            "the title was changed: a planted text has run"
        );
        assert!(!dom.contains("<script") && !dom.contains("<img"), "a planted text became an element");
        assert!(
            SECTIONS.iter().all(|section| dom.contains(&format!("<section id=\"{section}\">"))),
            "{dom:.500}"
        );
    }
}

/// Colours of the style sheet by name, from `#rrggbb`.
fn colours(style: &str) -> BTreeMap<&str, [f64; 3]> {
    let named = style.split("--").filter_map(|piece| piece.split_once(": #"));
    let colour = |digits: &str| {
        let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some([channel(0)?, channel(2)?, channel(4)?].map(|channel| f64::from(channel) / 255.0))
    };
    named.filter_map(|(name, digits)| Some((name, colour(digits)?))).collect()
}

/// Contrast ratio of two colours; WCAG 2.2, "relative luminance".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn texts_and_marks_stand_out_in_light_and_dark() {
    let page = page(&SAMPLE.1);
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let (light, rest) = style.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split_once("* { box-sizing").unwrap().0;
    for (mode, colours) in [("light", colours(light)), ("dark", colours(dark))] {
        let mut texts: Vec<(String, String)> = Vec::new();
        for text in ["ink", "muted", "blue-text", "orange-text", "green-text"] {
            texts.extend(["paper", "ground"].map(|ground| (text.to_owned(), ground.to_owned())));
        }
        texts.extend(
            ["class0", "class1", "class2", "back"].map(|ground| ("ink".to_owned(), ground.to_owned())),
        );
        for ramp in ["q", "w"] {
            texts.extend((0..7).map(|step| (format!("{ramp}t{step}"), format!("{ramp}{step}"))));
        }
        for (text, ground) in &texts {
            let found = contrast(colours[text.as_str()], colours[ground.as_str()]);
            assert!(found >= 4.5, "{mode}: `{text}` on `{ground}` has a contrast of {found:.2}");
        }
        for mark in ["blue", "orange", "axis", "up", "down", "across"] {
            let found = contrast(colours[mark], colours["paper"]);
            assert!(found >= 3.0, "{mode}: `{mark}` has a contrast of {found:.2}");
        }
    }
}

/// A night of a few customers, in a branch with a manager who has one alone, and in another one.
fn night_of_few() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    crate::lists::folder(&data);
    let (mut customers, mut transactions, mut holdings) = (String::new(), String::new(), String::new());
    let managers = [("ALONE", "north", 1), ("FOUR", "north", 4), ("FIVE", "north", 5), ("SIX", "south", 6)];
    for (manager, branch, n) in managers {
        for number in 0..n {
            let customer = format!("{manager}{number}");
            // The only wealth product of the month; the deposits of the others are the rest of its sum.
            let (kind, day) = if manager == "ALONE" { ("wealth", 20) } else { ("time_deposit", 10 + n) };
            writeln!(customers, "{customer},2020-01-01,{manager},,,,{branch}").unwrap();
            writeln!(transactions, "{customer},{customer},2026-10-31,1.00,deposit").unwrap();
            let balance = 1000 * (number + 1);
            for on in ["2026-09-30", "2026-10-31"] {
                writeln!(holdings, "{on},{customer},{kind},{balance}.00,2026-01-01,2026-11-{day}").unwrap();
            }
        }
    }
    let given = [
        ("branches", "north,North,\nsouth,South,"),
        ("managers", "ALONE,,north,20,\nFOUR,,north,20,\nFIVE,,north,20,\nSIX,,south,20,"),
        ("customers", &*customers),
        ("transactions-2026-10", &*transactions),
        ("holdings-2026-10", &*holdings),
    ];
    crate::lists::deliver(&data, &given);
    let config = crate::lists::config_with(&data, &home.path().join("work"), |_| {});
    let folder = night(&config, "2026-10-31").folder;
    (home, folder)
}

/// First cells of the rows of a block in which something is withheld, ascending.
fn withheld_in(page: &str, title: &str) -> Vec<String> {
    let block = page.split("<h3>").find(|block| block.starts_with(&format!("{title}</h3>"))).unwrap();
    let body = block.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
    let texts = |row: &str| -> Vec<String> {
        let cells = row.split("class=\"main\">").skip(1);
        cells.map(|cell| cell.split('<').next().unwrap_or_default().trim().to_owned()).collect()
    };
    let rows: Vec<Vec<String>> = body.split("</tr>").map(texts).filter(|row| !row.is_empty()).collect();
    assert!(rows.len() > 1, "`{title}` has no rows to tell apart");
    let few = Labels::of(Language::En).text("report", "few").to_owned();
    let mut names: Vec<String> =
        rows.into_iter().filter(|row| row.contains(&few)).map(|row| row[0].clone()).collect();
    names.sort();
    names
}

#[test]
fn money_of_one_customer_is_withheld_wherever_it_could_be_had_from() {
    let (_home, folder) = night_of_few();
    let page = page(&folder);
    assert_eq!(withheld_in(&page, "By manager"), ["ALONE", "FOUR"], "north less FIVE and FOUR is ALONE");
    assert_eq!(withheld_in(&page, "By branch"), [""; 0]);
    let of_month = ["Time deposit", "Wealth product"];
    assert_eq!(withheld_in(&page, "By product"), of_month, "the month less the deposits is one customer's");
}

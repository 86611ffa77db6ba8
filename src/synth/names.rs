//! Invented names and telephone numbers.
//!
//! Some names carry what breaks careless readers: quotes, commas, a leading `=`, `+`, `-` or `@`.

use super::draws::Draws;

const FAMILY_ZH: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "欧阳", "司马", "上官", "诸葛",
];
const GIVEN_ZH: [&str; 24] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰",
    "霞", "平", "建国", "子涵", "欣怡", "浩然", "雨桐",
];
const GIVEN_EU: [&str; 18] = [
    "Anna", "Jonas", "Łucja", "Søren", "Zoë", "Mateo", "Ingrid", "Émile", "Petra", "Tomáš", "Freya", "Luca",
    "Chloé", "Henrik", "Ángela", "Mirela", "Otto", "Jürgen",
];
const FAMILY_EU: [&str; 18] = [
    "Novak",
    "Lindqvist",
    "O'Brien",
    "García",
    "Müller",
    "D'Angelo",
    "van der Berg",
    "Kowalski",
    "Dubois",
    "Ivanova",
    "Papadopoulos",
    "Schmidt",
    "Rossi",
    "Hansen",
    "Nagy",
    "Çelik",
    "Silva",
    "Jansen",
];
const FIRMS: [&str; 8] = [
    "Blue Heron Trading",
    "East Gate Textiles",
    "Quarry & Sons",
    "远山贸易",
    "Tidewater Foods",
    "晨光机械",
    "Ninefold Logistics",
    "Alder Print Works",
];
/// What a spreadsheet takes for a formula and a careless reader for a separator.
const ODD: [&str; 6] = ["=Cmd Lee", "+Karl Ott", "-Ivo Dash", "@Mona Lis", "Li \"Leo\" Wei", "Kim, Jun"];
/// Names that are odd: about one in ninety, so that a sample of 300 has a few.
const ODD_SHARE: f64 = 0.011;
/// Share of Chinese names, as in the bank that the requirements describe.
const CHINESE_SHARE: f64 = 0.7;

/// The name of a person or a firm.
pub fn name(draws: &mut Draws, is_institution: bool, index: u32) -> String {
    if is_institution {
        return format!("{} No. {}", FIRMS[draws.index(FIRMS.len())], index % 1000);
    }
    if draws.chance(ODD_SHARE) {
        return ODD[draws.index(ODD.len())].to_owned();
    }
    if draws.chance(CHINESE_SHARE) {
        let family = FAMILY_ZH[draws.index(FAMILY_ZH.len())];
        return format!("{family}{}", GIVEN_ZH[draws.index(GIVEN_ZH.len())]);
    }
    let given = GIVEN_EU[draws.index(GIVEN_EU.len())];
    format!("{given} {}", FAMILY_EU[draws.index(FAMILY_EU.len())])
}

/// A number that no exchange hands out: it begins with 000.
pub fn phone(index: u32) -> String {
    format!("000-{:04}-{:04}", index / 10_000 % 10_000, index % 10_000)
}

/// The name of a manager.
pub fn manager(draws: &mut Draws) -> String {
    let given = GIVEN_EU[draws.index(GIVEN_EU.len())];
    format!("{given} {}", FAMILY_EU[draws.index(FAMILY_EU.len())])
}

//! Headers, line ends, ragged rows, limits.

use super::*;

#[test]
fn line_ends_and_blank_lines_leave_no_trace() {
    for text in [
        "id,name\nA,x\nB,y",
        "id,name\nA,x\n\n\nB,y\n",
        "id,name\r\nA,x\r\n\r\nB,y\r\n",
        "id,name\rA,x\rB,y\r",
        "id,name\nA,x\r\nB,y\r",
        "\u{feff}id,name\nA,x\nB,y\n",
        "\n\nid,name\nA,x\nB,y\n",
        "\"id\",\"name\"\n\"A\",x\n\" B \",\"y\"\n",
        "more,name, id \n,x,A\n1,y,B\n",
    ] {
        assert_eq!(rows(PLAIN, text.as_bytes()), ["A=x", "B=y"], "{text:?}");
    }
}

#[test]
fn records_that_do_not_fit_are_quarantined() {
    let long = "x".repeat(101);
    let text = format!(
        "id,name,n\nA,x\n\nB,y,1,2\n,,\nC\0,x,\nD,{long},\n\u{feff}id , name,n\nE,x\u{1b},\nF,y,\u{1b}\n"
    );
    let (rows, findings) = rows_and(PLAIN, text.as_bytes()).unwrap();
    assert_eq!(rows, ["F=y"]);
    let reasons: Vec<String> =
        rejects(&findings).iter().map(|reject| reject.rsplit_once(": ").unwrap().0.to_owned()).collect();
    assert_eq!(
        reasons,
        [
            "2: fewer fields than the header has",
            "4: more fields than the header has",
            "5: missing",
            "6: a NUL byte",
            "7: longer than 100 bytes",
            "8: a second header",
            "9: a control character",
        ]
    );
    assert_eq!((findings.tally.rows, findings.extra_columns), (8, 1));
}

#[test]
fn a_file_without_its_end_or_start_is_refused() {
    let text = |text: &str| refusal(PLAIN, text.as_bytes());
    assert!(text("").starts_with("Refused: `f` is empty (0 bytes) | "));
    assert!(text("\n\n").starts_with("Refused: `f` has no header | "));
    assert!(text("id,name\nA,x\nB").starts_with("Refused: `f` ends in the middle of a row, on line 3 | "));
    assert!(
        text("id,name\n\"A\",x\nB").starts_with("Refused: `f` ends in the middle of a row, on line 3 | ")
    );
    assert_eq!(rows(PLAIN, b"id,name\n"), [""; 0]);
}

#[test]
fn columns_are_found_by_name_or_alias_alone() {
    let aliased = "files = \"f\"\nformat = \"csv\"\n[columns]\nname = \"name\"\n[columns.branch_id]\nfrom = \"id\"\naliases = [\"编号\"]\n";
    assert_eq!(rows(aliased, "编号,name\nA,x\n".as_bytes()), ["A=x"]);
    assert_eq!(rows(aliased, "name,id\nx,A\n".as_bytes()), ["A=x"]);
    for (header, expected) in [
        ("id,编号,name", "`f` has both `id` and `编号` for one column"),
        ("id,id,name", "`f` has the column `id` more than once"),
        ("number,name", "`f` has no column `id` | compare the header with the mapping"),
        ("id,nam", "`f` has no column `name` | did you mean `nam`?"),
        ("id,NAME", "`f` has no column `name` | did you mean `NAME`?"),
        ("id,n ame", "`f` has no column `name` | did you mean `n ame`?"),
        ("id,ｎａｍｅ", "`f` has no column `name` | did you mean `ｎａｍｅ`?"),
        ("ＩＤ,name", "`f` has no column `id` | did you mean `ＩＤ`?"),
    ] {
        let message = refusal(aliased, format!("{header}\n").as_bytes());
        assert!(message.starts_with(&format!("Refused: {expected}")), "{message}");
    }
}

#[test]
fn a_thousand_columns_and_a_long_field_are_read_or_told() {
    let names: Vec<String> = (0..998).map(|n| format!("c{n}")).collect();
    let row = vec!["1"; 998].join(",");
    let text = format!("id,{},name\nA,{row},x\nB,{row},y\n", names.join(","));
    let (wide, findings) = rows_and(PLAIN, text.as_bytes()).unwrap();
    assert_eq!((wide.concat().as_str(), findings.extra_columns), ("A=xB=y", 998));
    let long = "x".repeat(10 << 20);
    for quote in ["", "\""] {
        let text = format!("id,name\nA,{quote}{long}{quote}\nB,y\n");
        let (rows, findings) = rows_and(PLAIN, text.as_bytes()).unwrap();
        assert_eq!(rows, ["B=y"]);
        assert!(rejects(&findings)[0].starts_with("2: longer than 100 bytes: A,"));
        assert!(findings.rejects[0].raw.len() < 110);
    }
    let endless = refusal(PLAIN, format!("id,name\nA,{}", "x".repeat(34 << 20)).as_bytes());
    assert!(endless.starts_with("Refused: `f` has a row of more than 16 MiB on line 2 | "), "{endless}");
}

/// Blocks and pieces leave no trace: a file of several of them reads as its rows say.
#[test]
fn large_files_read_the_same_in_pieces() {
    for quote in ["", "\""] {
        let mut text = "id,name,note\n".to_owned();
        let n_rows = 900_000;
        for n in 0..n_rows {
            let id = if n % 100_000 == 99_999 { String::new() } else { format!("{n:07}") };
            text += &format!("{id},x,{quote}some more text here{quote}\n");
        }
        assert!(text.len() > 20 << 20);
        let (pieces, findings) = pieces(PLAIN, text.as_bytes()).unwrap();
        let rows = pieces.concat();
        assert_eq!((rows.len(), findings.tally.rows), (n_rows - 9, 900_000));
        assert!(rows.is_sorted());
        let lines: Vec<u64> = findings.rejects.iter().map(|reject| reject.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|n| n * 100_000 + 1));
    }
}

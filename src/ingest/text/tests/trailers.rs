//! The record at the end that states what the file holds.

use super::*;
use crate::ingest::build::TrailerRow;

fn mapping() -> String {
    format!("{PLAIN}trailer = {{ starts_with = \"合计\", rows = 2, sum = 3 }}\n")
}

#[test]
fn a_trailer_is_neither_row_nor_reject() {
    for end in ["", "\n", "\r\n\r\n"] {
        let text = format!("id,name\nA,x\nB,y\n 合计：,2,-1234.50{end}");
        let (rows, findings) = rows_and(&mapping(), text.as_bytes()).unwrap();
        assert_eq!(rows, ["A=x", "B=y"]);
        assert_eq!(findings.tally.rows, 2);
        assert_eq!(findings.trailers, [TrailerRow { line: 4, rows: Some(2), sum: Some(-123_450) }]);
    }
    let quoted = rows_and(&mapping(), "id,name\n\"A\",x\n\"合计\",\"1\",\"0\"\n".as_bytes()).unwrap();
    assert_eq!(quoted.1.trailers, [TrailerRow { line: 3, rows: Some(1), sum: Some(0) }]);
    assert_eq!(rows_and(&mapping(), b"id,name\nA,x\n").unwrap().1.trailers, []);
}

#[test]
fn a_trailer_before_the_end_is_quarantined() {
    let text = "id,name\n合计,0,0\nA,x\n合计,1,0\n\n合计,1,0\n";
    let (rows, findings) = rows_and(&mapping(), text.as_bytes()).unwrap();
    assert_eq!(rows, ["A=x"]);
    assert_eq!(
        rejects(&findings),
        ["2: a trailer before the end: 合计,0,0", "4: a trailer before the end: 合计,1,0"]
    );
    assert_eq!(findings.trailers.len(), 1);
}

#[test]
fn a_trailer_that_cannot_be_read_refuses_the_file() {
    for (text, what) in [("合计,two,0", "number of rows"), ("合计,2", "sum"), ("合计,2,1e3", "sum")] {
        let message = refusal(&mapping(), format!("id,name\nA,x\n{text}\n").as_bytes());
        assert!(
            message
                .starts_with(&format!("Refused: `f` has a trailer without a readable {what}, on line 3 | ")),
            "{message}"
        );
    }
}

/// A trailer at the end of one piece, and a row at the start of the next.
#[test]
fn pieces_leave_no_trace_on_trailers() {
    for last in ["合计,1,0\n", "合计,1,0\nB,y\n"] {
        let mut text = "id,name\n".to_owned();
        while text.len() < (1 << 20) - 5 {
            text += "A,xxxxxxxxxxxxxxxxx\n";
        }
        text += last;
        let (_, findings) = rows_and(&mapping(), text.as_bytes()).unwrap();
        let is_last = last.ends_with("0\n");
        assert_eq!(
            (findings.trailers.len(), findings.rejects.len()),
            (usize::from(is_last), usize::from(!is_last))
        );
    }
}

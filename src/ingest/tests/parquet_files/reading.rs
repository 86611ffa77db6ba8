//! What is read as what, and what is refused in which words.

use super::*;
use ::parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use arrow::array::{Date32Array, Decimal256Array, FixedSizeBinaryArray, Int32Array, ListArray, StructArray};
use arrow::datatypes::Field as ArrowField;

#[test]
fn the_types_of_exports_are_read() {
    let read = read(&file(columns())).unwrap();
    assert_eq!(read.rows, ["1 A Some(0) 2026-10-01 10 salary (Some(true), Some(1230))"]);
    assert_eq!(
        read.rejects(),
        [
            "2 kind: missing [2, A ,2026-10-01T00:00:00,2.0,,,]",
            "3 amount: not a finite number [3,A,2026-10-01T00:00:00,NaN,fee,,]",
            "4 customer: a NUL byte [4,B\0,2026-10-01T00:00:00,-3.25,fee,,]",
        ]
    );
    let amounts = read.findings.tally.amounts;
    assert_eq!((amounts.read, amounts.rejected, amounts.unreadable), (210, 200, 2));
    assert_eq!(read.findings.extra_columns, 1);
}

#[test]
fn every_coding_and_packing_reads_the_same() {
    let expected = read(&file(columns())).unwrap();
    let gzip = Compression::GZIP(GzipLevel::default());
    let packings = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        gzip,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for packing in packings {
        for has_dictionary in [true, false] {
            for encoding in [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY] {
                for rows_per_group in [1, 3, 4] {
                    let properties = WriterProperties::builder()
                        .set_compression(packing)
                        .set_dictionary_enabled(has_dictionary)
                        .set_column_encoding("customer".into(), encoding)
                        .set_data_page_row_count_limit(2)
                        .set_write_batch_size(1)
                        .build();
                    let read = read(&file_with(columns(), rows_per_group, properties)).unwrap();
                    assert_eq!((&read.rows, read.rejects()), (&expected.rows, expected.rejects()));
                }
            }
        }
    }
}

/// A file of `n` rows, the ids in order, every third of an unknown customer.
pub fn long_file(n: i64, rows_per_group: usize, properties: WriterProperties) -> Vec<u8> {
    let customers = (0..n).map(|at| ["A", "B", "X"][usize::try_from(at % 3).unwrap()]);
    let columns: Columns = vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..n))),
        ("customer", Arc::new(StringArray::from_iter_values(customers))),
        (
            "on",
            Arc::new(Date32Array::from_iter_values((0..n).map(|at| 20_000 + i32::try_from(at % 5).unwrap()))),
        ),
        (
            "amount",
            Arc::new(
                (0..n)
                    .map(|at| i32::try_from(at).ok().map(|at| f64::from(at) / 100.0))
                    .collect::<Float64Array>(),
            ),
        ),
        ("kind", Arc::new((0..n).map(|at| (at % 1000 != 7).then_some("fee")).collect::<StringArray>())),
        ("own", Arc::new((0..n).map(|at| Some(at % 2 == 0)).collect::<BooleanArray>())),
        ("after", Arc::new(Int64Array::from_iter_values(0..n))),
    ];
    file_with(columns, rows_per_group, properties)
}

#[test]
fn large_row_groups_are_read_in_pieces_with_the_same_rows_in_order() {
    let n: i64 = 300_000;
    let small = read(&long_file(n, 10_000, WriterProperties::default())).unwrap();
    assert_eq!(small.rows.len() + small.findings.rejects.len(), usize::try_from(n).unwrap());
    assert_eq!(small.rows[7], "8 X None 2024-10-07 8 fee (Some(true), Some(800))");
    assert_eq!(small.findings.rejects[1].line, 1_008);
    let plain = WriterProperties::builder().set_dictionary_enabled(false).build();
    for properties in [WriterProperties::default(), plain] {
        let large = read(&long_file(n, 300_000, properties)).unwrap();
        assert_eq!(large.rows, small.rows);
        assert_eq!(large.rejects(), small.rejects());
    }
}

#[test]
fn dates_and_numbers_keep_their_meaning() {
    let mapping = MAPPING
        .replace("{ from = \"on\", format = \"timestamp\" }", "{ from = \"on\", format = \"YYYYMMDD\" }");
    for dates in [
        Arc::new(Int32Array::from(vec![20_261_001; 4])) as ArrayRef,
        Arc::new(Date32Array::from(vec![20_727; 4])),
    ] {
        let read = read_mapped(&file(with("on", dates)), &mapping).unwrap();
        assert_eq!(read.rows, ["1 A Some(0) 2026-10-01 10 salary (Some(true), Some(1230))"]);
    }
}

#[test]
fn a_zone_other_than_utc_needs_the_zone_whose_dates_count() {
    let midnight_in_shanghai = (20_727 * 86_400 - 8 * 3_600) * 1_000_000;
    let times = TimestampMicrosecondArray::from(vec![midnight_in_shanghai; 4]).with_timezone("+08:00");
    let bytes = file(with("on", Arc::new(times)));
    assert_eq!(
        refusal(read(&bytes)),
        "Refused: `transactions.parquet` has column `on` of type Timestamp(µs, \\\"+08:00\\\"), which is not read | \
         export it in UTC or without zone, or set the source's `time_zone`"
    );
    let zoned = format!("time_zone = \"Asia/Shanghai\"\n{MAPPING}");
    assert!(read_mapped(&bytes, &zoned).unwrap().rows[0].contains(" 2026-10-01 "));
}

#[test]
fn other_types_are_refused_with_column_and_type() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]); 4]);
    let fields = StructArray::from(vec![(
        Arc::new(ArrowField::new("x", arrow::datatypes::DataType::Int32, false)),
        Arc::new(Int32Array::from(vec![1; 4])) as ArrayRef,
    )]);
    let wide = Decimal256Array::from(vec![arrow::datatypes::i256::ONE; 4]);
    for (array, kind) in [
        (Arc::new(arrow::array::BinaryArray::from(vec![b"1".as_slice(); 4])) as ArrayRef, "Binary"),
        (Arc::new(list), "List("),
        (Arc::new(fields), "Struct("),
        (Arc::new(wide), "Decimal256(76, 10)"),
        (Arc::new(arrow::array::DurationSecondArray::from(vec![1; 4])), "Duration(s)"),
        (
            Arc::new(FixedSizeBinaryArray::try_from_iter(vec![b"0123456789abcdef"; 4].into_iter()).unwrap()),
            "FixedSizeBinary(16)",
        ),
    ] {
        let said = refusal(read(&file(with("amount", array))));
        let start = format!("Refused: `transactions.parquet` has column `amount` of type {kind}");
        assert!(said.starts_with(&start) && said.contains("| export it as text"), "{said}");
    }
}

#[test]
fn int96_is_refused_by_name() {
    let said = refusal(read_mapped(
        &int96_file(),
        &MAPPING.replace(", amount = \"amount\", kind = \"kind\", own_account_elsewhere = \"own\", balance_after = \"after\"", ""),
    ));
    assert!(said.starts_with("Refused: `transactions.parquet` has column `on` of type INT96"), "{said}");
}

fn int96_file() -> Vec<u8> {
    let schema =
        "message m { required binary id (UTF8); required binary customer (UTF8); required int96 on; }";
    let mut bytes = Vec::new();
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for _ in 0..2 {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from("A")], None, None).unwrap();
        column.close().unwrap();
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int96Type>().write_batch(&[Int96::new()], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn columns_are_found_by_name() {
    let mut turned = columns();
    turned.reverse();
    assert_eq!(read(&file(turned)).unwrap().rows, read(&file(columns())).unwrap().rows);
    let mut renamed = columns();
    renamed[0].0 = "amounts";
    assert_eq!(
        refusal(read(&file(renamed))),
        "Refused: `transactions.parquet` has no column `amount` | did you mean `amounts`?"
    );
    let mut twice = columns();
    twice[1] = ("amount", Arc::new(Float64Array::from(vec![1.0; 4])));
    assert_eq!(
        refusal(read(&file(twice))),
        "Refused: `transactions.parquet` has the column `amount` more than once | \
         a mapped column must be there exactly once"
    );
}

#[test]
fn a_thousand_columns_are_extra() {
    let names: Vec<&'static str> = (0..1000).map(|at| &*format!("c{at}").leak()).collect();
    let mut wide = columns();
    wide.extend(names.into_iter().map(|name| (name, Arc::new(Int64Array::from(vec![0; 4])) as ArrayRef)));
    let read = read(&file_with(wide, 4, WriterProperties::default())).unwrap();
    assert_eq!((read.rows.len(), read.findings.extra_columns), (1, 1_001));
}

#[test]
fn text_coded_by_prefixes_is_refused() {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_column_encoding("customer".into(), Encoding::DELTA_BYTE_ARRAY)
        .build();
    assert_eq!(
        refusal(read(&file_with(columns(), 4, properties))),
        "Refused: `transactions.parquet` has column `customer` coded as DELTA_BYTE_ARRAY, which is not read | \
         export it with dictionary or plain coding"
    );
}

#[test]
fn what_is_no_whole_parquet_file_is_told_apart() {
    let whole = file(columns());
    let mut encrypted = whole.clone();
    let end = encrypted.len();
    encrypted[end - 4..].copy_from_slice(b"PARE");
    // A readable footer with an `encryption_algorithm`, its eighth field, before the end of the structure.
    let mut columns_encrypted = whole[..end - 9].to_vec();
    columns_encrypted.extend([0x0c, 0x10, 0, 0]);
    let footer_bytes = u32::from_le_bytes(whole[end - 8..end - 4].try_into().unwrap()) + 3;
    columns_encrypted.extend(footer_bytes.to_le_bytes());
    columns_encrypted.extend(b"PAR1");
    let mut other_start = whole.clone();
    other_start[0] = b'X';
    let cut_off = "is cut off: it does not end with `PAR1`, as Parquet files do | deliver the file again";
    let no_parquet = "is no Parquet file: it does not start with `PAR1` | ";
    for (bytes, said) in [
        (&b""[..], "is empty (0 bytes) | deliver the file again"),
        (b"id,customer\n1,A\n", no_parquet),
        (b"PA", no_parquet),
        (b"PAR1", cut_off),
        (b"PAR1PAR1", cut_off),
        (&whole[..end / 2], cut_off),
        (&whole[..end - 1], cut_off),
        (&other_start, no_parquet),
        (b"\x1f\x8b\x08\x00\x00", "is no Parquet file: it does not start with `PAR1` | unpack it"),
        (&encrypted, "is encrypted Parquet, which is not read | export it without Parquet encryption"),
        (
            &columns_encrypted,
            "is encrypted Parquet, which is not read | export it without Parquet encryption",
        ),
        (b"PAR1\0\0\0\0\xff\xff\xff\x7fPAR1", "is damaged | deliver the file again"),
        (b"PAR1\0\0\0\0\x04\0\0\0PAR1", "is damaged | deliver the file again"),
    ] {
        let refusal = refusal(read(bytes));
        assert!(refusal.starts_with(&format!("Refused: `transactions.parquet` {said}")), "{refusal}");
    }
}

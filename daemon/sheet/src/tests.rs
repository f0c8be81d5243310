use std::io::{self, Cursor, Read};

use crate::{Cell, Dialect, Form, Limits, Sheet, SheetRefused, csv, workbook};

fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, SheetRefused> {
    let mut sheet = Sheet::open(bytes, Limits::default())?;
    let mut rows = vec![];
    while let Some(row) = sheet.next_row()? {
        rows.push(row.cells);
    }
    Ok(rows)
}

fn form(bytes: &[u8]) -> Form {
    let mut sheet = Sheet::open(bytes, Limits::default()).unwrap();
    while sheet.next_row().unwrap().is_some() {}
    sheet.form()
}

fn wide(text: &str, big: bool) -> Vec<u8> {
    let one = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(one).collect()
}

#[test]
fn the_same_table_whoever_saved_it() {
    let text = "Name;Nummer\r\nJörg Müßig;030 555010\r\n\r\n";
    let wanted = [["Name", "Nummer"], ["Jörg Müßig", "030 555010"]];
    let marked = |text: &[u8]| [b"\xef\xbb\xbf", text].concat();
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let mac = b"Name;Nummer\rJ\x9arg M\x9f\xa7ig;030 555010\r".to_vec();
    let told = format!("sep=;\r\n{text}");
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (marked(text.as_bytes()), "UTF-8"),
        (windows.into_owned(), "windows-1252"),
        (mac, "macintosh"),
        (wide(&format!("\u{feff}{text}"), false), "UTF-16LE"),
        (wide(&format!("\u{feff}{text}"), true), "UTF-16BE"),
        (wide(text, false), "UTF-16LE"),
        (told.into_bytes(), "UTF-8"),
    ] {
        assert_eq!(rows(&bytes).unwrap(), wanted, "{encoding}");
        assert_eq!(form(&bytes), Form::Csv { delimiter: ';', encoding });
    }
}

#[test]
fn the_sign_between_columns_is_found_outside_quotation_marks() {
    for (bytes, delimiter) in [
        (&b"\"a;b;c\",d\n1,2\n"[..], ','),
        (b"a\tb\n1\t2\n", '\t'),
        (b"a|b\n", '|'),
        (b"alone\n", ','),
        (b"a;b,c\n", ';'),
    ] {
        assert_eq!(form(bytes), Form::Csv { delimiter, encoding: "ASCII" });
    }
    assert_eq!(rows(b"\"a\nb\",\"c \"\"d\"\"\"\n").unwrap(), [["a\nb", "c \"d\""]]);
}

#[test]
fn an_umlaut_far_down_is_read_like_one_at_the_top() {
    let mut text = "a;b\r\n".repeat(20_000).into_bytes();
    text.extend(b"M\xfcller;1\r\n");
    assert_eq!(rows(&text).unwrap().last().unwrap()[0], "Müller");
    let mut text = "a;b\n".repeat(4096 * 4 - 1).into_bytes();
    text.extend("ab;Müller\n".as_bytes());
    assert_eq!(rows(&text).unwrap().last().unwrap()[1], "Müller", "a letter cut by the window");
}

#[test]
fn a_letter_cut_by_the_end_is_marked_as_lost_and_the_end_may_be_asked_again() {
    for (bytes, cell) in [(&b"\xfc"[..], "ü"), (b"M\xc3", "M\u{fffd}")] {
        let mut sheet = Sheet::open(bytes, Limits::default()).unwrap();
        assert_eq!(sheet.next_row().unwrap().unwrap().cells, [cell]);
        assert_eq!((sheet.next_row(), sheet.next_row()), (Ok(None), Ok(None)));
    }
}

#[test]
fn what_is_no_table_is_refused_and_says_why() {
    for (bytes, why) in [
        (&b""[..], SheetRefused::Empty),
        (b"%PDF-1.7", SheetRefused::OtherFormat),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", SheetRefused::OtherFormat),
        (b"name;number\nMara\0;1\n", SheetRefused::Nul(1)),
        (b"PK\x03\x04 and nothing more", SheetRefused::Workbook),
    ] {
        assert_eq!(rows(bytes).unwrap_err(), why);
    }
}

/// A stream without end, and how much of it was taken.
struct Endless(u8, u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(self.0);
        self.1 += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn a_stream_without_end_is_left_at_a_bound() {
    let limits = Limits::default();
    let refused = |byte| {
        let mut stream = Endless(byte, 0);
        let mut sheet = Sheet::open(&mut stream, limits)?;
        while sheet.next_row()?.is_some() {}
        Ok::<_, SheetRefused>(())
    };
    assert_eq!(refused(b'a').unwrap_err(), SheetRefused::RowTooLong(1));
    assert_eq!(refused(b'"').unwrap_err(), SheetRefused::RowTooLong(1));
    assert_eq!(refused(b';').unwrap_err(), SheetRefused::TooManyColumns(1));
    assert_eq!(refused(0).unwrap_err(), SheetRefused::Nul(1));
    assert_eq!(refused(b'\n').unwrap_err(), SheetRefused::TooLong(limits.text), "blank lines for ever");
    let mut stream = Cursor::new(b"PK\x03\x04").chain(Endless(0, 0));
    assert_eq!(Sheet::open(&mut stream, limits).unwrap_err(), SheetRefused::TooLong(limits.workbook));
    assert!(stream.get_ref().1.1 <= limits.workbook + 4096);
}

#[test]
fn a_stream_that_breaks_off_is_the_upload_s_fault() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let refused = Sheet::open(Cursor::new(b"a;b\n").chain(Broken), Limits::default()).unwrap_err();
    assert_eq!(refused.fault(), crate::Fault::Upload);
}

#[test]
fn a_bomb_is_weighed_before_it_goes_off() {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    zip.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..64 {
        zip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    assert_eq!(rows(&bomb).unwrap_err(), SheetRefused::Bomb(Limits::default().unpacked));
}

#[test]
fn a_workbook_comes_back_as_it_was_written() {
    let row = vec![
        "Mara; \"Chefin\"".into(),
        Cell::Whole(4_930_555_010),
        Cell::Decimal { units: -12_345, places: 4 },
    ];
    let book = workbook("Kontakte", 0, &["Name", "Nummer", "Betrag"], [row]).unwrap();
    let wanted = [["Name", "Nummer", "Betrag"], ["Mara; \"Chefin\"", "4930555010", "-1.2345"]];
    assert_eq!(rows(&book).unwrap(), wanted);
    assert_eq!(form(&book), Form::Xlsx);
}

#[test]
fn a_cell_at_the_end_of_the_sheet_costs_no_empty_sheet() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "a").unwrap();
    sheet.write_string(1_048_575, 16_383, "z").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(rows(&bytes).unwrap_err(), SheetRefused::TooManyRows(Limits::default().rows));
}

#[test]
fn both_dialects_are_read_back_and_no_cell_is_a_formula() {
    let hostile = ["=cmd|' /C calc'!A0", "+49 30 555010", "-1+2", "@SUM(A1)", "a;b", "a,\"b\"", "two\nlines"];
    let row: Vec<Cell> = hostile.iter().map(|text| Cell::from(*text)).collect();
    for dialect in [Dialect::Excel, Dialect::Rfc4180] {
        let mut file = vec![];
        csv(&mut file, dialect, [row.clone(), vec![Cell::Decimal { units: 12_345, places: 4 }, Cell::Empty]])
            .unwrap();
        let read = rows(&file).unwrap();
        let wanted =
            ["'=cmd|' /C calc'!A0", "+49 30 555010", "'-1+2", "'@SUM(A1)", "a;b", "a,\"b\"", "two\nlines"];
        assert_eq!(read[0], wanted);
        assert_eq!(read[1][0], if dialect == Dialect::Excel { "1,2345" } else { "1.2345" });
        assert_eq!(file.starts_with(b"\xef\xbb\xbf"), dialect == Dialect::Excel);
        assert!(file.ends_with(b"\r\n"));
    }
}

import Glibc
import Testing

@testable import Sidecar

@Suite("the access logs' files")
struct AccessLogBookTests {
    let scratch = Scratch()

    private func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try FileReader.read(scratch.path(name), maxBytes: 1 << 20), as: UTF8.self)
    }

    @Test func `a file is given up with the last that holds it, and its place is used again`() {
        var book = AccessLogBook()
        book.keep(book.open([scratch.path("a"), scratch.path("b")]))
        var holder = book.file(0)
        let other = book.file(1)
        #expect(book.releaseUnused().isEmpty)
        holder = nil
        #expect(holder == nil && book.releaseUnused() == [scratch.path("a")])
        #expect(book.descriptors[0] == -1 && book.descriptors[1] > 2)
        #expect(book.number(of: scratch.path("a")) == nil)
        book.keep(book.open([scratch.path("c")]))
        #expect(book.number(of: scratch.path("c")) == 0)
        #expect(book.number(of: other?.path ?? "") == 1)
    }

    @Test func `a renamed file is opened anew, and the old one takes what is under way`() throws {
        var book = AccessLogBook()
        book.keep(book.open([scratch.path("a"), "/dev/stdout"]))
        let old = book.descriptors[0]
        unsafe rename(scratch.path("a"), scratch.path("a.1"))
        write("late\n", to: old)
        let (count, failures) = book.reopen()
        #expect(count == 1 && failures.isEmpty)
        #expect(book.descriptors[0] != old && book.descriptors[1] == 1)
        write("new\n", to: book.descriptors[0])
        #expect(try text("a.1") == "late\n")
        #expect(try text("a") == "new\n")
    }

    @Test func `a file that cannot be opened keeps the old one`() throws {
        var book = AccessLogBook()
        let folder = scratch.makeDirectory("folder")
        book.keep(book.open([folder + "/a", scratch.path("b")]))
        let old = book.descriptors[0]
        unsafe rename(folder, scratch.path("moved"))
        let (count, failures) = book.reopen()
        #expect(count == 1)
        #expect(failures.map(\.path) == [folder + "/a"])
        #expect(book.descriptors[0] == old)
        write("kept\n", to: old)
        #expect(try text("moved/a") == "kept\n")
    }
}

import Substrate

/// Time stamps of log lines: UTC with milliseconds (RFC 3339 §5.6), always 24 characters.
enum RFC3339 {
    static var encodedCount: Int { 24 }

    static func append(_ time: WallTime, into buffer: inout ByteBuffer) {
        let milliseconds = time.milliseconds
        let seconds = milliseconds / 1000
        let date = civilDate(day: seconds / 86_400)
        let secondOfDay = seconds % 86_400
        append(date.year, digits: 4, into: &buffer)
        buffer.append(ASCII.dash)
        append(date.month, digits: 2, into: &buffer)
        buffer.append(ASCII.dash)
        append(date.day, digits: 2, into: &buffer)
        buffer.append(0x54)  // T
        append(secondOfDay / 3600, digits: 2, into: &buffer)
        buffer.append(ASCII.colon)
        append(secondOfDay / 60 % 60, digits: 2, into: &buffer)
        buffer.append(ASCII.colon)
        append(secondOfDay % 60, digits: 2, into: &buffer)
        buffer.append(ASCII.dot)
        append(milliseconds % 1000, digits: 3, into: &buffer)
        buffer.append(0x5A)  // Z
    }

    private static func append(_ value: UInt64, digits: Int, into buffer: inout ByteBuffer) {
        var unit: UInt64 = digits == 4 ? 1000 : digits == 3 ? 100 : 10
        while unit > 0 {
            buffer.append(ASCII.zero &+ UInt8(truncatingIfNeeded: value / unit % 10))
            unit /= 10
        }
    }

    /// Proleptic Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years are counted from 1 March, which puts the leap day last; an era is 400 years of 146,097 days. A nanosecond
    /// clock of 64 bits ends in 2554, so a year has four digits.
    private static func civilDate(day: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = day + 719_468  // days from 0000-03-01 to 1970-01-01
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfMonth)
    }
}

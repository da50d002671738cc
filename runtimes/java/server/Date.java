package server;

/** The header Date, made once a second. java.time would take a tenth of the start for it. */
final class Date {
    private static final String[] DAYS = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private long second = -1;
    private String line;

    String line() {
        long now = System.currentTimeMillis() / 1000;
        if (now != second) {
            second = now;
            line = line(now);
        }
        return line;
    }

    /** The calendar in eras of 400 years that begin with a March: the day that some years lack is the last one. */
    private static String line(long now) {
        long days = now / 86_400;
        long sinceEra = days + 719_468;
        long era = sinceEra / 146_097;
        long dayOfEra = sinceEra % 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long month = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * month + 2) / 5 + 1;
        long year = 400 * era + yearOfEra + (month < 10 ? 0 : 1);
        long time = now % 86_400;
        return "Date: " + DAYS[(int) (days % 7)] + ", " + two(day) + ' ' + MONTHS[(int) ((month + 2) % 12)] + ' ' + year
                + ' ' + two(time / 3600) + ':' + two(time / 60 % 60) + ':' + two(time % 60) + " GMT\r\n";
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }
}

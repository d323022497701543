/* Imitation of icacls.exe and, by its file's name, of whoami.exe for tests under Wine, whose own ones do nothing and lack /user.
   icacls says that all users can read each folder, and no other user a file, and notes its calls in the file that LICHTBILD_ICACLS_LOG names. Without that
   variable it does nothing, as Wine's. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

int wmain(int count, wchar_t **arguments)
{
    static const wchar_t of_folder[] = L"name\r\nD:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)\r\n", of_file[] = L"name\r\nD:PAI(A;;FA;;;SY)\r\n";
    const wchar_t *saved;
    const wchar_t *log = _wgetenv(L"LICHTBILD_ICACLS_LOG");
    FILE *file;

    if (wcsstr(arguments[0], L"whoami")) {
        puts("\"vm\\k\",\"S-1-5-21-1-2-3-1001\"");
        return 0;
    }
    if (!log) return 0;
    if (!(file = _wfopen(log, L"ab"))) return 1;
    for (int i = 1; i < count; i++) fprintf(file, "%ls%s", arguments[i], i + 1 < count ? " " : "\n");
    fclose(file);
    if (count < 4 || wcscmp(arguments[2], L"/save")) return 0;
    if (!(file = _wfopen(arguments[3], L"wb"))) return 1;
    saved = GetFileAttributesW(arguments[1]) & FILE_ATTRIBUTE_DIRECTORY ? of_folder : of_file;
    fwrite(saved, sizeof(wchar_t), wcslen(saved), file);
    return fclose(file) != 0;
}

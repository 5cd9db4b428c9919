void f() { http.begin("https://x", NULL); }
